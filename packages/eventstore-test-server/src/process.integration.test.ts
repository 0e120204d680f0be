import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EventStoreDBClient } from '@eventstore/db-client';
import { startEventStoreProcess, type EventStoreProcess } from './index';
import { append, collect, json, many, plain, settled, watch } from './replay/client.fixture';
import { openRecording, outcome } from './replay/recording.fixture';

const folder = mkdtempSync(join(tmpdir(), 'eventstore-'));
let server: EventStoreProcess;
let client: EventStoreDBClient;
const connect = (parameters = '') => EventStoreDBClient.connectionString(`${server.url}${parameters}`);
beforeAll(async () => {
  server = await startEventStoreProcess({ folder });
  client = connect();
});
afterAll(async () => {
  await client.dispose();
  await server.kill();
  rmSync(folder, { recursive: true });
});
const write = append(() => client, plain);

describe('a process that is stopped for a while', () => {
  const { replay } = openRecording('lost-answers');
  const stalled = async <T>(ms: number, act: () => Promise<T>): Promise<T> => {
    server.signal('SIGSTOP');
    const ended = act();
    ended.catch(() => undefined);
    await delay(ms);
    server.signal('SIGCONT');
    return ended;
  };
  const inBatch = append(() => client);
  test('answers before', async () => {
    await inBatch('account-l10', [json()]);
  });
  replay(24, async () => {
    const { nextExpectedRevision, ...written } = await stalled(500, () => inBatch('account-l10', [json()]));
    return { ...written, nextExpectedRevision: nextExpectedRevision - 1n };
  });
  replay(25, () => stalled(800, () => append(() => client, { deadline: 300 })('account-l10', [json()])));
  replay(22, async () => {
    const own = connect('&keepAliveInterval=10000&keepAliveTimeout=2000');
    await append(() => own)('account-l10', [json()]);
    return stalled(13_000, () => append(() => own)('account-l10', [json()]));
  });
});

describe('a process that is killed', () => {
  const { replay, steps, leftOut } = openRecording('subscription-drop');
  const acknowledged: { stream: string; id: string | undefined; revision: bigint; commit: bigint | undefined }[] = [];
  const unknown: { stream: string; event: ReturnType<typeof json>; expected: bigint | 'no_stream' }[] = [];
  const writer = async (stream: string): Promise<unknown> => {
    for (let expected: bigint | 'no_stream' = 'no_stream'; ;) {
      const event = json();
      const ended = await outcome(() => write(stream, [event], expected));
      if ('error' in ended) {
        unknown.push({ stream, event, expected });
        return ended.error;
      }
      const { nextExpectedRevision, position } = ended.result as Awaited<ReturnType<typeof write>>;
      acknowledged.push({ stream, id: event.id, revision: nextExpectedRevision, commit: position?.commit });
      expected = nextExpectedRevision;
    }
  };
  let all: ReturnType<typeof watch>;

  test('0, 1: tells every writer in flight and every subscription', async () => {
    all = watch(client.subscribeToAll({ fromPosition: 'start' }));
    await settled(() => all.has('caughtUp'));
    await server.control('misbehave', { subscriptions: 'keep' });
    const writers = many(16, (index) => writer(`account-m-${index}`));
    await settled(() => acknowledged.length > 100);
    await server.kill();
    for (const error of await Promise.all(writers)) expect(error).toMatchObject({ type: 'unavailable', code: 14 });
    await settled(() => all.has('error'));
    expect(all.log.map(({ event }) => event)).toEqual(['confirmation', 'caughtUp', 'error']);
  });
  [4, 5, 6].forEach((index) => replay(index, () => append(() => client)('account-m-0', [json()])));
  replay(8, () => write('account-m-0', [json()]));
  replay(9, () => collect(client.readStream('account-m-0')));
  replay(10, () => collect(client.readAll()));
  replay(11, () => append(() => connect())('account-m-0', [json()]));

  test('14, 15, 17: started again on its folder it serves the same client, and the old subscription stays silent', async () => {
    const before = all.events.length;
    server = await startEventStoreProcess({ folder, port: server.port });
    await settled(async () => 'result' in (await outcome(() => collect(client.readAll({ maxCount: 1 })))));
    expect(all.events).toHaveLength(before);
  });
  test(`21: ${steps[21]?.call}`, async () => {
    for (const { stream, id, revision, commit } of acknowledged) {
      const [found] = await collect(client.readStream(stream, { fromRevision: revision, maxCount: 1 }));
      expect(found?.event).toMatchObject({ id, position: { commit } });
    }
  });
  test(`22: ${steps[22]?.call}`, async () => {
    for (const { stream, event, expected } of unknown) {
      await write(stream, [event], expected);
      const ids = (await collect(client.readStream(stream))).map((read) => read.event?.id);
      expect(ids.filter((id) => id === event.id)).toHaveLength(1);
    }
  });
  test('47: positions go on increasing', async () => {
    const { position } = await write('account-m-last', [json()]);
    for (const { commit = 0n } of acknowledged) expect(position?.commit).toBeGreaterThan(commit);
  });
  leftOut({
    'above, without counts and times': [0, 1, 14, 15, 17, 21, 22, 47],
    'as their neighbours': [2, 3, 7, 12, 16, 18, 46],
    'about discovery by the client': [13, 19, 20],
    'a stop by SIGTERM is a kill here': many(23, (index) => 23 + index),
  });
});

test('another process is told of a fault that is none', async () => {
  await expect(server.control('misbehave', { cals: 'hang' } as object)).rejects.toThrow('No such fault: cals');
});
