import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogUnavailable, noStream } from '@tollgate/event-store';
import type { EventBody } from '@tollgate/event-store';
import { startEventStoreServer } from '@tollgate/eventstore-test-server';
import type { EventStoreServer, Faults } from '@tollgate/eventstore-test-server';
import type { EsdbEventLog } from './index';
import { append, newPrefix, openLog, payment, paymentIds, quick } from './log-under-test.fixture';

let server: EventStoreServer;
let log: EsdbEventLog<EventBody>;
beforeEach(async () => {
  server = await startEventStoreServer();
  log = await openLog(server.url, { timing: quick });
});
afterEach(async () => {
  server.misbehave({});
  await log.close();
  await server.stop();
});

const historyOf = async (stream: string) => paymentIds(await log.readStream(stream, { limit: 100 }));

test.each<Faults['appends']>(['lose-answer', 'commit-timeout', 'forwarding-timeout', 'request-canceled', 'hang'])(
  'an append that meets %s twice is recorded once, and answered with its positions',
  async (appends) => {
    await append(log, ['account-a', noStream], payment('before'));
    server.misbehave({ appends, times: 2 });
    const result = await append(log, ['account-a', 0], payment('a'), payment('b'));
    const events = await log.readStream('account-a', { limit: 100 });
    expect(paymentIds(events)).toEqual(['before', 'a', 'b']);
    expect(result).toEqual({ status: 'recorded', positions: events.slice(1).map(({ position }) => position) });
  },
);

test('an answer that was lost is found again, whatever was written since and although the store has forgotten the ids', async () => {
  const waiting = await openLog(server.url, { timing: { ...quick, callMs: 2_000 } });
  server.misbehave({ appends: 'lose-answer', times: 1 });
  const lost = append(waiting, ['account-a', noStream], payment('a'));
  while ((await waiting.readStream('account-a', { limit: 1 })).length === 0);
  expect(await append(log, ['account-b', noStream], payment('b'))).toMatchObject({ status: 'recorded' });
  server.forgetIds();
  expect(await lost).toMatchObject({ status: 'recorded' });
  expect(await waiting.readStream('account-a', { limit: 10 })).toHaveLength(1);
  await waiting.close();
});

test('an outcome that stays unknown is told as that, and the same append again is safe', async () => {
  server.misbehave({ appends: 'lose-answer' });
  const impatient = await openLog(server.url, {
    timing: { ...quick, callMs: 400, patienceMs: 1_000 },
    streamPrefix: newPrefix(),
  });
  const unknown = await append(impatient, ['account-a', noStream], payment('a'));
  expect(unknown).toEqual({ status: 'unknown', error: expect.any(LogUnavailable) as Error });
  server.misbehave({});
  expect(await append(impatient, ['account-a', noStream], payment('a'))).toMatchObject({ status: 'recorded' });
  expect(await impatient.readStream('account-a', { limit: 10 })).toHaveLength(1);
  await impatient.close();
});

test.each<Partial<Faults>>([{ calls: 'not-ready' }, { calls: 'hang' }, { appends: 'hang' }, { calls: 'follower' }])(
  'a store that answers again after a while (%j) has kept nobody from writing',
  async (faults) => {
    server.misbehave({ leader: { host: '127.0.0.1', port: server.port }, ...faults });
    const results = Promise.all(
      ['a', 'b', 'c'].map((name) => append(log, [`account-${name}`, noStream], payment(name))),
    );
    setTimeout(() => {
      server.misbehave({});
    }, 1_000);
    expect((await results).map((result) => result?.status)).toEqual(['recorded', 'recorded', 'recorded']);
    expect(await historyOf('account-b')).toEqual(['b']);
  },
);

/** One event after another; what is not known is appended again, as a writer would. */
const writeTo = async (written: EsdbEventLog<EventBody>, account: string, count: number): Promise<void> => {
  for (let revision = noStream; revision < count - 1;) {
    const result = await append(written, [account, revision], payment(`${account}.${String(revision)}`));
    expect(result?.status).not.toBe('conflict');
    if (result?.status === 'recorded') revision += 1;
  }
};

test('connections that break in the middle of many appends lose none and double none', async () => {
  const cuts = setInterval(server.cutConnections, 200);
  const accounts = ['account-a', 'account-b', 'account-c', 'account-d'];
  await Promise.all(accounts.map((account) => writeTo(log, account, 15)));
  clearInterval(cuts);
  for (const account of accounts)
    expect(await historyOf(account)).toEqual(
      Array.from({ length: 15 }, (_, index) => `${account}.${String(index - 1)}`),
    );
});

test('restarts of the store in the middle of appends lose none and double none', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-eventstore-'));
  let running = await startEventStoreServer({ folder });
  const { port, url } = running;
  const restarted = await openLog(url, { timing: quick });
  let isWriting = true;
  const restart = async (): Promise<number> => {
    let restarts = 0;
    while (isWriting) {
      await running.stop();
      running = await startEventStoreServer({ folder, port });
      await new Promise((resolve) => setTimeout(resolve, 100));
      restarts += 1;
    }
    return restarts;
  };
  const restarts = restart();
  await Promise.all(['account-a', 'account-b', 'account-c'].map((account) => writeTo(restarted, account, 20)));
  isWriting = false;
  expect(await restarts).toBeGreaterThan(1);
  for (const account of ['account-a', 'account-b', 'account-c'])
    expect(paymentIds(await restarted.readStream(account, { limit: 100 }))).toEqual(
      Array.from({ length: 20 }, (_, index) => `${account}.${String(index - 1)}`),
    );
  await restarted.close();
  await running.stop();
  await rm(folder, { recursive: true });
});

test('of two writers at one revision one wins, and what the other is told can be read at once', async () => {
  const streamPrefix = newPrefix();
  const writers = await Promise.all([1, 2].map(() => openLog(server.url, { streamPrefix, timing: quick })));
  for (let round = noStream; round < 20; round += 1) {
    const results = await Promise.all(
      writers.map((writer, index) =>
        append(writer, ['account-a', round], payment(`${String(round)}/${String(index)}`)),
      ),
    );
    expect(results.map((result) => result?.status).sort()).toEqual(['conflict', 'recorded']);
    expect(results).toContainEqual({ status: 'conflict', currentRevision: round + 1 });
  }
  await Promise.all(writers.map((writer) => writer.close()));
});

test('who appends other content under the ids of another is told a conflict, though the store says ok; what stands stays', async () => {
  const streamPrefix = newPrefix();
  const [one, other] = await Promise.all([
    openLog(server.url, { streamPrefix, timing: quick }),
    openLog(server.url, { streamPrefix, timing: quick }),
  ]);
  const results = await Promise.all([
    append(one, ['cutoff-a', noStream], payment('decision', '1')),
    append(other, ['cutoff-a', noStream], payment('decision', '2')),
  ]);
  expect(results.map((result) => result?.status).sort()).toEqual(['conflict', 'recorded']);
  const won = results.findIndex((result) => result?.status === 'recorded');
  expect(await one.readStream('cutoff-a', { limit: 10 })).toMatchObject([{ data: { amount: String(won + 1) } }]);
  await Promise.all([one.close(), other.close()]);
});

test('an event that is too large is refused before anything of its call is recorded', async () => {
  const large = { ...payment('large'), data: { text: 'x'.repeat(1_000_000) } };
  const call = [
    { stream: 'account-a', expectedRevision: noStream, events: [payment('a')] },
    { stream: 'account-b', expectedRevision: noStream, events: [payment('b'), large] },
  ];
  await expect(log.append(call)).rejects.toThrow(/1000011 bytes of data, more than 1000000/);
  expect(await historyOf('account-a')).toEqual([]);
  expect(await append(log, ['account-a', noStream], payment('a'))).toMatchObject({ status: 'recorded' });
});

test('of several appends to one stream that wait while the store hangs, each is told in time: the second used to wait twice as long', async () => {
  const impatient = await openLog(server.url, { timing: { ...quick, patienceMs: 2_000 } });
  server.misbehave({ appends: 'hang' });
  const beganMs = performance.now();
  const results = await Promise.all(
    ['a', 'b', 'c'].map((name) => append(impatient, ['account-b', noStream], payment(name))),
  );
  expect(performance.now() - beganMs).toBeLessThan(3_500);
  expect(results.map((result) => result?.status)).toEqual(['unknown', 'unknown', 'unknown']);
  await impatient.close();
});

test.each<Partial<Faults>>([{ calls: 'hang' }, { appends: 'hang' }])(
  'a log that is given up while the store hangs (%j) lets go of everybody at once: stopping used to last as long as patience',
  async (faults) => {
    const patient = await openLog(server.url);
    const following = readOn(patient);
    server.misbehave(faults);
    const waiting = [
      append(patient, ['account-a', noStream], payment('a')),
      append(patient, ['account-a', 0], payment('b')),
    ];
    const reading = faults.calls === undefined ? [] : [patient.readStream('account-a', { limit: 1 })];
    await new Promise((resolve) => setTimeout(resolve, 100));
    const beganMs = performance.now();
    patient.giveUp();
    expect(await Promise.all(waiting)).toEqual([unknownOutcome, unknownOutcome]);
    for (const read of reading) await expect(read).rejects.toBeInstanceOf(LogUnavailable);
    await patient.close();
    await following;
    expect(performance.now() - beganMs).toBeLessThan(2_000);
  },
);

const unknownOutcome = { status: 'unknown', error: expect.any(LogUnavailable) as Error };

const readOn = async (read: EsdbEventLog<EventBody>): Promise<void> => {
  try {
    for await (const { position } of read.subscribe({ prefixes: [''], signal: new AbortController().signal }))
      expect(position).toBeGreaterThan(0n);
  } catch {
    // Dropped: it is over.
  }
};
