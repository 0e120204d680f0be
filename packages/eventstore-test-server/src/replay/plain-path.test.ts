import { EventStoreDBClient } from '@eventstore/db-client';
import { append, collect, json, many, newId, plain, settled, startForTests } from './client.fixture';
import { openRecording, outcome } from './recording.fixture';

const { replay, leftOut } = openRecording('plain-path');
const { server, client } = startForTests();
const write = append(client, plain);

/** How many ended well, and the errors, the first of each kind. */
const summary = async (tries: Promise<unknown>[]) => {
  const outcomes = await Promise.all(tries.map((each) => outcome(() => each)));
  const errors = outcomes.flatMap((each) => ('error' in each ? [each.error] : []));
  const rejected = errors.length === 0 ? [] : [{ count: errors.length, first: errors[0] }];
  return { fulfilled: outcomes.length - errors.length, rejected };
};

describe('order', () => {
  replay(0, () => write('account-q01', [json()], 'no_stream'));

  test('1: appends in flight together are not written in the order of calling', async () => {
    const events = many(200, () => json());
    await Promise.all(events.map((event) => write('account-q02', [event])));
    const ids = (await collect(client().readStream('account-q02'))).map(({ event }) => event?.id);
    expect(ids).toHaveLength(200);
    expect(ids).not.toEqual(events.map(({ id }) => id));
  });

  test('2: of appends that are pipelined by revision the most conflict', async () => {
    const tries = many(100, (index) => write('account-q03', [json()], index === 0 ? 'no_stream' : BigInt(index - 1)));
    const { fulfilled, rejected } = await summary(tries);
    expect(fulfilled).toBeLessThan(50);
    expect(rejected[0]?.first).toMatchObject({ type: 'wrong-expected-version' });
  });

  replay(3, () => summary(many(32, () => write('account-q04', [json()], 'no_stream'))));

  test('4: a retry in flight beside its first try may be told that the commit timed out', async () => {
    server().misbehave({ lateMs: 100 });
    const both = [json(), json()];
    const { fulfilled, rejected } = await summary(many(32, () => write('account-q05', both, 'no_stream')));
    server().misbehave({});
    expect(fulfilled).toBeGreaterThan(0);
    expect(rejected[0]?.first).toMatchObject({
      type: 'timeout',
      message: expect.stringContaining('Commit phase timeout.') as string,
    });
    expect(await collect(client().readStream('account-q05'))).toHaveLength(2);
  });
});

describe('a broken connection', () => {
  const events = many(32, (index) => ({ stream: `account-q06-${index}`, event: json() }));
  const writeAll = () => events.map(({ stream, event }) => write(stream, [event], 'no_stream'));
  const held = async () =>
    Promise.all(events.map(async ({ stream }) => (await collect(client().readStream(stream))).length));
  replay(5, async () => {
    server().misbehave({ appends: 'lose-answer' });
    const tries = summary(writeAll());
    await settled(async () => 'result' in (await outcome(held)));
    server().misbehave({});
    server().cutConnections();
    return tries;
  });
  replay(6, async () => (await held()).reduce((sum, count) => sum + count));
  replay(7, async () => ({
    ...(await summary(writeAll())),
    streams_with_exactly_one_event: (await held()).filter((count) => count === 1).length,
  }));
  replay(8, async () => {
    const other = EventStoreDBClient.connectionString(server().url);
    const tries = summary(many(200, (index) => append(() => other, plain)(`account-q07-${index}`, [json()])));
    await client().dispose();
    const { fulfilled, rejected } = await tries;
    await other.dispose();
    return { B_fulfilled: fulfilled, B_rejected: rejected };
  });
  replay(9, async () => {
    const bad = await outcome(() => write('account-q08', [json({ id: 'no-uuid' })]));
    const good = await write('account-q08', [json({ id: newId() })]);
    return { bad: 'error' in bad ? bad.error : bad, good };
  });
});

leftOut({
  'above, since the figures are a matter of luck': [1, 2, 4],
  'measurements of time': [10, 11, 12, 13, 14, 15, 16, 17],
});
