import { EventStoreDBClient } from '@eventstore/db-client';
import { append, collect, json, many, plain, settled, startForTests, watch } from './client.fixture';
import { openRecording, outcome } from './recording.fixture';

const { replay, leftOut } = openRecording('lost-answers');
const { server, client } = startForTests();
const write = append(client);
const id = (number: number): string => `0c000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** Another client reads, so that the one that is tried has its connection broken and nothing else. */
let observer: EventStoreDBClient;
beforeAll(() => {
  observer = EventStoreDBClient.connectionString(server().url);
});
afterAll(() => observer.dispose());
const held = async (stream: string) =>
  (await collect(observer.readStream(stream))).map(({ event }) => ({ revision: event?.revision, id: event?.id }));
const isHeld = (stream: string) => async (): Promise<boolean> => 'result' in (await outcome(() => held(stream)));

/** Appends meet this fault, and the connection is cut while they are in flight. */
const cutWhile = async <T>(
  appends: 'lose-answer' | 'hang',
  act: () => Promise<T>,
  isInFlight: () => boolean | Promise<boolean>,
) => {
  server().misbehave({ appends });
  const ended = act();
  ended.catch(() => undefined);
  await settled(isInFlight);
  server().misbehave({});
  server().cutConnections();
  await observer.dispose();
  observer = EventStoreDBClient.connectionString(server().url);
  return ended;
};

describe('the answer is lost', () => {
  const both = [2, 3].map((number) => json({ id: id(number) }));
  replay(0, () => cutWhile('lose-answer', () => write('account-l01', both, 'no_stream'), isHeld('account-l01')));
  replay(1, () => held('account-l01'));
  replay(2, () => write('account-l01', both, 'no_stream'));
  replay(3, () => write('account-l01', both));
  replay(4, () => held('account-l01'));

  const one = json();
  replay(5, async () => {
    await write('account-l02', [json()], 'no_stream');
    const isThere = async () => (await held('account-l02')).length === 2;
    return cutWhile('lose-answer', () => write('account-l02', [one], 0n), isThere);
  });
  replay(6, () => append(() => observer, plain)('account-l02', [json()], 1n));
  replay(7, () => write('account-l02', [one], 0n));
});

describe('the append is lost', () => {
  const one = json();
  replay(8, () =>
    cutWhile(
      'hang',
      () => write('account-l03', [one], 'no_stream'),
      () => true,
    ),
  );
  replay(9, async () => {
    const ended = await outcome(() => held('account-l03'));
    return 'error' in ended ? (ended.error as Error).constructor.name : ended.result;
  });
  replay(10, () => append(() => observer, plain)('account-l03', [json()], 'no_stream'));
  replay(11, () => write('account-l03', [one], 'no_stream'));
});

describe('64 at once', () => {
  const events = many(64, (index) => ({ stream: `account-l04-${index}`, event: json() }));
  const writeAll = async (expected: 'any' | 'no_stream') => {
    const outcomes = await Promise.all(
      events.map(({ stream, event }) => outcome(() => write(stream, [event], expected))),
    );
    const errors = outcomes.flatMap((each) => ('error' in each ? [each.error] : []));
    const rejected = errors.length === 0 ? [] : [{ count: errors.length, first: errors[0] }];
    return { fulfilled: outcomes.length - errors.length, rejected };
  };
  const counts = () => Promise.all(events.map(async ({ stream }) => (await held(stream)).length));
  const areHeld = async (): Promise<boolean> =>
    (await collect(observer.readAll())).filter(({ event }) => event?.streamId.startsWith('account-l04-')).length === 64;
  replay(12, () => cutWhile('lose-answer', () => writeAll('any'), areHeld));
  replay(13, async () => (await counts()).length);
  replay(14, () => writeAll('no_stream'));
  replay(15, async () => ({ 1: (await counts()).filter((count) => count === 1).length }));
});

describe('deadlines', () => {
  replay(20, async () => {
    server().misbehave({ calls: 'hang' });
    const ended = await outcome(() => append(client, { ...plain, deadline: 300 })('account-l05', [json()]));
    server().misbehave({});
    if ('error' in ended) throw ended.error;
    return ended.result;
  });
  replay(26, async () => {
    await write('account-l06', [json({ id: id(87) })]);
    server().misbehave({ lateMs: 600 });
    const ended = await append(client, { deadline: 300 })('account-l06', [json({ id: id(89) })]);
    server().misbehave({});
    return ended;
  });
  replay(27, () => held('account-l06'));
});

describe('a subscription', () => {
  const subscribe = () => {
    const subscription = client().subscribeToAll({ fromPosition: 'end' });
    return { subscription, ...watch(subscription) };
  };
  test('30: on a broken connection it emits its error and nothing else', async () => {
    const { log, has } = subscribe();
    await settled(() => has('caughtUp'));
    server().cutConnections();
    await settled(() => has('error'));
    expect(log).toMatchObject([
      { event: 'confirmation' },
      { event: 'caughtUp' },
      { event: 'error', error: { type: 'unavailable', code: 14, message: '14 UNAVAILABLE: Connection dropped' } },
    ]);
  });
  test('31: a new one on the same client goes on', async () => {
    const { subscription, events, has } = subscribe();
    await settled(() => has('caughtUp'));
    await append(client, plain)('account-l07', [json()]);
    await settled(() => events.length === 1);
    await subscription.unsubscribe();
  });
  replay(32, async () => {
    const subscription = client().subscribeToAll({ fromPosition: 'start' });
    for await (const { event } of subscription) if (event) server().cutConnections();
  });
});

describe('a client that is disposed of', () => {
  replay(39, async () => {
    server().misbehave({ appends: 'hang' });
    const tries = many(50, (index) => outcome(() => write(`account-l08-${index}`, [json()])));
    await settled(() => true);
    await client().dispose();
    server().misbehave({});
    const errors = (await Promise.all(tries)).flatMap((each) => ('error' in each ? [each.error] : []));
    return { fulfilled: 50 - errors.length, rejected: [{ count: errors.length, first: errors[0] }] };
  });
  replay(40, async () => ({ success: (await write('account-l09', [json()])).success }));
});

leftOut({
  'a process that is stopped and goes on, in process.integration.test.ts': [22, 24, 25],
  'as 22, but 20 s and more': [16, 17, 18, 19, 21, 23, 28, 29],
  'above, without the times': [30, 31],
  'about clients that break each other': [33, 34, 35, 36, 37, 38],
  'about what the client does on its own': [41],
});
