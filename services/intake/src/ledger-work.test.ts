import type { LogEvent } from '@tollgate/contracts';
import { LogUnavailable } from '@tollgate/event-store';
import type { EventLog } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import type { Intent } from './intent';
import { itemsOf, ledgerOn, submit } from './ledger.fixture';

const open = (accountId = 'acme'): Intent => ({ type: 'OpenAccount', data: { accountId, currency: 'EUR' } });
const entry = { accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' } as const;
const call = (usageId: string): Intent => ({ type: 'ChargeUsage', data: { usageId, ...entry } });
const pay = (paymentId: string): Intent => ({ type: 'RecordPayment', data: { paymentId, ...entry } });
const adjust = (adjustmentId: string): Intent => ({
  type: 'AdjustBalance',
  data: { adjustmentId, ...entry, reason: 'goodwill', actor: 'finance' },
});
const rule = (...balances: ('inbound' | 'mutual')[]): Intent => ({
  type: 'ChangeCutoff',
  accountId: 'acme',
  data: { balances },
});

/** A log that counts what is asked of it. */
const countingLog = () => {
  const log = createMemoryEventLog<LogEvent>();
  const appended: string[][] = [];
  const read: string[] = [];
  const froms: number[] = [];
  const watched: EventLog<LogEvent> = {
    ...log,
    append: (appends) => {
      appended.push(appends.map(({ stream }) => stream));
      return log.append(appends);
    },
    read: (position) => {
      read.push(String(position));
      return log.read(position);
    },
    readStream: (stream, options) => {
      read.push(stream);
      froms.push(options.from ?? 0);
      return log.readStream(stream, options);
    },
  };
  return { log, watched, appended, read, froms };
};

test('every kind of command repeated is a duplicate of its first, also for the next process', async () => {
  const log = createMemoryEventLog<LogEvent>();
  const first = ledgerOn(log);
  const all = [open(), pay('x'), call('x'), adjust('x'), rule('inbound')];
  expect(await submit(first, ...all)).toEqual(['+0', '+1', '+2', '+3', '+4']);
  expect(await submit(first, ...all)).toEqual(['=0', '=1', '=2', '=3', '=4']);
  await first.close();
  expect(await submit(ledgerOn(log), ...all)).toEqual(['=0', '=1', '=2', '=3', '=4']);
});

test('the rule in force is repeated; another one, or an earlier one again, is a change', async () => {
  const ledger = ledgerOn(createMemoryEventLog<LogEvent>());
  expect(await submit(ledger, rule('inbound'))).toEqual(['ACCOUNT_NOT_FOUND']);
  const rules = [rule('inbound'), rule('inbound'), rule('mutual'), rule('inbound')];
  expect(await submit(ledger, open(), ...rules)).toEqual(['+0', '+1', '=1', '+2', '+3']);
  expect(await submit(ledger, rule('inbound'))).toEqual(['=3']);
});

test('new entries are written at once, without reading the log; repeated ones write nothing', async () => {
  const { watched, appended, read } = countingLog();
  const ledger = ledgerOn(watched);
  await submit(ledger, open(), call('u1'));
  await submit(ledger, call('u2'), pay('p1'));
  expect(appended).toEqual([['account-acme'], ['account-acme']]);
  expect(read).toEqual([]);
  await submit(ledger, call('u1'), pay('p1'));
  expect(appended).toHaveLength(2);
  // That memory knows an id is confirmed by its event, always.
  expect(read).toEqual(['2', '4']);
});

test('only streams with something new are written', async () => {
  const { watched, appended } = countingLog();
  const ledger = ledgerOn(watched);
  await submit(ledger, open(), call('u1'));
  expect(await submit(ledger, call('u1'), open('zenith'))).toEqual(['=1', '+0']);
  expect(appended).toEqual([['account-acme'], ['account-zenith']]);
});

test('a stream that another writer moved on is written only once the table has all of it', async () => {
  const { log, watched, appended } = countingLog();
  const ledger = ledgerOn(watched);
  await submit(ledger, open());
  const other = ledgerOn(log);
  await submit(other, ...Array.from({ length: 1_500 }, (_, index) => call(`u${String(index)}`)));
  expect(await submit(ledger, call('late'), call('u7'))).toEqual(['+1501', '=8']);
  expect(appended.length).toBeLessThanOrEqual(3);
});

test('of one submission, what must be decided again keeps its place before what was recorded at once', async () => {
  const { log, watched } = countingLog();
  const ledger = ledgerOn(watched);
  await submit(ledger, open());
  await submit(ledgerOn(log), call('u1'));
  expect(await submit(ledger, call('u2'), open('zenith'), call('u1'))).toEqual(['+2', '+0', '=1']);
});

test('a refusal reads the log once, and no more if nothing is new there', async () => {
  const { watched, froms } = countingLog();
  const ledger = ledgerOn(watched);
  expect(await submit(ledger, call('u1'))).toEqual(['ACCOUNT_NOT_FOUND']);
  expect(froms).toEqual([0]);
});

test('after an append of unknown outcome the stream is read before it is written again', async () => {
  const { watched, appended } = countingLog();
  let isFailing = false;
  const ledger = ledgerOn({
    ...watched,
    append: async (appends) => {
      const results = await watched.append(appends);
      if (isFailing) return appends.map(() => ({ status: 'unknown', error: new LogUnavailable('time-out') }));
      return results;
    },
  });
  await submit(ledger, open());
  isFailing = true;
  await expect(submit(ledger, call('u1'))).rejects.toThrow(LogUnavailable);
  isFailing = false;
  expect(await submit(ledger, call('u1'), call('u2'))).toEqual(['=1', '+2']);
  expect(await submit(ledger, call('u3'))).toEqual(['+3']);
  expect(appended).toHaveLength(4);
});

test('a write that was refused before it began is answered as such, and what does not need it goes on', async () => {
  const log = createMemoryEventLog<LogEvent>();
  let isFull = false;
  const ledger = ledgerOn({
    ...log,
    append: (appends) => (isFull ? Promise.reject(new LogUnavailable('the disk is full')) : log.append(appends)),
  });
  await submit(ledger, open(), call('u1'));
  isFull = true;
  const answers = await Promise.allSettled([
    submit(ledger, call('u2')),
    submit(ledger, call('u3')),
    submit(ledger, open()),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  // By itself a repetition needs no room.
  expect(await submit(ledger, call('u1'))).toEqual(['=1']);
  isFull = false;
  expect(await submit(ledger, call('u2'), call('u3'))).toEqual(['+2', '+3']);
});

test('a table that cannot be made fails what is submitted, and nothing of it stays queued', async () => {
  const broken = new Error('damaged');
  const ledger = ledgerOn({
    ...createMemoryEventLog<LogEvent>(),
    // eslint-disable-next-line require-yield -- it fails before the first batch
    subscribe: async function* () {
      await Promise.resolve();
      throw broken;
    },
  });
  await expect(submit(ledger, open())).rejects.toThrow(broken);
  expect(ledger.queued()).toBe(0);
  await expect(ledger.failed).rejects.toThrow(broken);
});

test('a single request is not kept waiting by what Kafka or batches have submitted before it', async () => {
  const log = createMemoryEventLog<LogEvent>({ turn: () => new Promise(setImmediate) });
  const ledger = ledgerOn(log);
  await submit(ledger, open());
  const bulk = ledger.submit(itemsOf(Array.from({ length: 5_000 }, (_, index) => call(`u${String(index)}`))));
  const late = ledger.submit(itemsOf([call('late')]));
  expect(await Promise.race([bulk.then(() => 'bulk'), late.then(() => 'late')])).toBe('late');
  await bulk;
  expect(
    log.events().findIndex((event) => event.type === 'UsageCharged' && event.data.usageId === 'late'),
  ).toBeLessThan(2_100);
});

test('messages of a partition stay in order, however few come in one piece', async () => {
  const log = createMemoryEventLog<LogEvent>({ turn: () => new Promise(setImmediate) });
  const ledger = ledgerOn(log);
  await submit(ledger, open());
  const source = {
    receivedAt: '2026-01-31T12:00:00.000Z',
    channel: { kafka: { topic: 'tollgate.usage.v1', partition: 0 } },
  };
  const pieces = [1_500, 1, 700, 1, 1].map((count, piece) =>
    Array.from({ length: count }, (_, index) => ({
      intent: call(`${String(piece)}.${String(index)}`),
      metadata: { source, offset: '0' },
    })),
  );
  await Promise.all(pieces.map((piece) => ledger.submit(piece)));
  const recorded = log.events().flatMap((event) => (event.type === 'UsageCharged' ? [event.data.usageId] : []));
  const sent = pieces.flatMap((piece) =>
    piece.map(({ intent }) => (intent.type === 'ChargeUsage' ? intent.data.usageId : '')),
  );
  expect(recorded).toEqual(sent);
});

test('closing answers what was submitted first; to submit nothing waits for nothing', async () => {
  const log = createMemoryEventLog<LogEvent>({ turn: () => new Promise(setImmediate) });
  const ledger = ledgerOn(log);
  let answers: string[] | undefined;
  const answered = submit(ledger, open(), call('u1')).then((given) => (answers = given));
  expect(ledger.queued()).toBe(2);
  expect(await ledger.submit([])).toEqual([]);
  expect([log.events(), answers]).toEqual([[], undefined]);
  await ledger.close();
  expect(answers).toEqual(['+0', '+1']);
  await answered;
  expect(ledger.queued()).toBe(0);
});

test('who waits behind a write that hangs is told as early as the one before: the second used to wait twice as long', async () => {
  const memory = createMemoryEventLog<LogEvent>();
  await submit(ledgerOn(memory), open());
  let release: () => void = () => undefined;
  const hanging = new Promise<void>((resolve) => (release = resolve));
  let begun: () => void = () => undefined;
  const beginning = new Promise<void>((resolve) => (begun = resolve));
  const append: typeof memory.append = async (appends) => {
    begun();
    await hanging;
    return memory.append(appends);
  };
  const ledger = ledgerOn({ ...memory, append }, { answerWithinMs: 50 });
  const first = submit(ledger, pay('a'));
  await beginning;
  expect(await Promise.allSettled([first, submit(ledger, pay('b')), submit(ledger, pay('c'))])).toEqual([
    tooLate,
    tooLate,
    tooLate,
  ]);
  expect(ledger.queued()).toBe(1);
  release();
  // What the writer had of it was recorded all the same, and what it had not was not.
  await ledger.close();
  expect(ledger.queued()).toBe(0);
  expect(await submit(ledgerOn(memory), pay('a'), pay('b'))).toEqual(['=1', '+2']);
});

const tooLate = { status: 'rejected', reason: expect.any(LogUnavailable) as Error };
