import { BACKWARDS, END, EventStoreDBClient } from '@eventstore/db-client';
import { wellBehaved, type Faults } from './faults';
import { append, collect, json, many, plain, settled, startForTests, watch } from './replay/client.fixture';
import { outcome } from './replay/recording.fixture';

const { server, client } = startForTests();
const write = append(client, { ...plain, deadline: 1_000 });
const inBatch = append(client, { deadline: 1_000 });
const count = async (stream: string): Promise<number> => {
  const ended = await outcome(() => collect(client().readStream(stream)));
  return 'result' in ended ? (ended.result as unknown[]).length : 0;
};
afterEach(() => server().misbehave({}));

describe('appends', () => {
  const faults: { appends: Faults['appends']; plainly: object; batched: object | undefined; written: number }[] = [
    { appends: 'hang', plainly: { type: 'deadline-exceeded', code: 4 }, batched: undefined, written: 0 },
    { appends: 'lose-answer', plainly: { type: 'deadline-exceeded', code: 4 }, batched: undefined, written: 1 },
    {
      appends: 'forwarding-timeout',
      plainly: { type: 'timeout', code: 10, message: '10 ABORTED: Operation timed out: Forwarding timeout' },
      batched: { type: 'deadline-exceeded', message: '' },
      written: 0,
    },
    {
      appends: 'request-canceled',
      plainly: { type: 'timeout', code: 10, message: '10 ABORTED: Operation timed out: Request canceled by server' },
      batched: { type: 'deadline-exceeded', message: '' },
      written: 0,
    },
    {
      appends: 'commit-timeout',
      plainly: { type: 'timeout', code: 10, message: '10 ABORTED: Operation timed out: Commit phase timeout.' },
      batched: { type: 'deadline-exceeded', message: '' },
      written: 1,
    },
  ];
  test.each(faults)(
    'that meet $appends fail as recorded, are written $written times, and once by a retry',
    async (fault) => {
      const { appends, plainly, written } = fault;
      const event = [json()];
      server().misbehave({ appends, times: 1 });
      await expect(write(`plain-${appends}`, event, 'no_stream')).rejects.toMatchObject(plainly);
      expect(await count(`plain-${appends}`)).toBe(written);
      await write(`plain-${appends}`, event, 'no_stream');
      expect(await count(`plain-${appends}`)).toBe(1);
    },
  );

  test.each(faults)(
    'in batches that meet $appends fail as recorded, or never end',
    async ({ appends, batched, written }) => {
      server().misbehave({ appends, times: 1 });
      const tried = inBatch(`batch-${appends}`, [json()], 'no_stream');
      if (batched) await expect(tried).rejects.toMatchObject(batched);
      else {
        const waited = new Promise((resolve) => setTimeout(() => resolve('no answer'), 1_300));
        expect(await Promise.race([tried, waited])).toBe('no answer');
      }
      expect(await count(`batch-${appends}`)).toBe(written);
    },
  );

  test('are answered late, but written at once', async () => {
    server().misbehave({ lateMs: 300 });
    const late = write('late', [json()]);
    await settled(async () => (await count('late')) === 1);
    await expect(Promise.race([late.then(() => 'answered'), Promise.resolve('not yet')])).resolves.toBe('not yet');
    await late;
  });
});

describe('a server that', () => {
  test('hangs answers nothing, and goes on when it behaves again', async () => {
    server().misbehave({ calls: 'hang' });
    await expect(write('hung', [json()])).rejects.toMatchObject({ type: 'deadline-exceeded' });
    server().misbehave({});
    await write('hung', [json()]);
    expect(await count('hung')).toBe(1);
  });

  test('is not ready says so: on the batch path in words that the client does not know', async () => {
    server().misbehave({ calls: 'not-ready' });
    const notReady = { type: 'unavailable', code: 14, message: '14 UNAVAILABLE: Server Is Not Ready' };
    await expect(write('early', [json()])).rejects.toMatchObject(notReady);
    await expect(collect(client().readAll())).rejects.toMatchObject(notReady);
    const unknown = { type: 'unknown', message: 'Could not recognize Server Is Not Ready' };
    await expect(inBatch('early', [json()])).rejects.toMatchObject(unknown);
  });

  test('follows serves all but those who require the leader, whom it tells where that is', async () => {
    await write('followed', [json()]);
    server().misbehave({ calls: 'follower', leader: { host: '127.0.0.1', port: server().port } });
    await write('followed', [json()]);
    expect(await count('followed')).toBe(2);
    await expect(collect(client().readStream('followed', { requiresLeader: true }))).rejects.toMatchObject({
      type: 'not-leader',
      code: 5,
      message: '5 NOT_FOUND: Leader info available',
      leader: { address: '127.0.0.1', port: server().port },
    });
  });

  test('is discovered by its gossip', async () => {
    const { port } = server();
    const discovering = EventStoreDBClient.connectionString(`esdb+discover://127.0.0.1:${port}?tls=false`);
    await append(() => discovering, plain)('discovered', [json()]);
    const read = discovering.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 });
    expect((await collect(read))[0]?.event?.streamId).toBe('discovered');
    await discovering.dispose();
  });
});

describe('subscriptions', () => {
  const live = async () => {
    const subscription = client().subscribeToAll({ fromPosition: END });
    const watched = watch(subscription);
    await settled(() => watched.has('caughtUp'));
    return { subscription, ...watched };
  };
  const tooSlow = { type: 'timeout', code: 10, message: expect.stringContaining('Consumer too slow') as string };

  test('are dropped when more than 32 events wait, after what waited', async () => {
    const { log, events, has } = await live();
    await write(
      'burst',
      many(60, () => json()),
    );
    await settled(() => has('error'));
    expect(events).toHaveLength(32);
    expect(log.at(-1)).toMatchObject({ error: tooSlow });
  });

  test('are dropped after every burst where that is asked', async () => {
    server().misbehave({ subscriptions: 'drop-after-burst' });
    const { log, events, has } = await live();
    await write('drop', [json(), json()]);
    await settled(() => has('error'));
    expect(events).toHaveLength(2);
    expect(log.at(-1)).toMatchObject({ error: tooSlow });
  });

  test('are kept where that is asked', async () => {
    server().misbehave({ subscriptions: 'keep' });
    const { subscription, events } = await live();
    await append(client, plain)(
      'kept',
      many(500, () => json()),
    );
    await settled(() => events.length === 500);
    await subscription.unsubscribe();
  });

  test('are dropped at once', async () => {
    const { log, has } = await live();
    server().dropSubscriptions();
    await settled(() => has('error'));
    expect(log.at(-1)).toMatchObject({ error: tooSlow });
  });

  test('end with the status OK', async () => {
    const { log, has } = await live();
    server().endSubscriptions();
    await settled(() => has('close'));
    expect(log.map(({ event }) => event)).toEqual(['confirmation', 'caughtUp', 'end', 'close']);
  });
});

test('what is asked for replaces what was asked for before', async () => {
  server().misbehave({ calls: 'not-ready' });
  server().misbehave({ lateMs: 1 });
  await write('again', [json()]);
  expect(wellBehaved.calls).toBe('serve');
});
