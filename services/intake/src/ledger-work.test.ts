import type { LogEvent } from '@tollgate/contracts';
import { LogUnavailable } from '@tollgate/event-store';
import type { EventLog } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { createMemoryStore } from '@tollgate/projection-store/memory';
import type { Log } from '@tollgate/service-runtime';
import type { Intent, Outcome } from './intent';
import { openLedger } from './ledger';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const receivedAt = '2026-01-31T12:00:00.000Z';

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
    readStream: (stream, options) => {
      read.push(stream);
      froms.push(options.from ?? 0);
      return log.readStream(stream, options);
    },
    // Says that it has caught up, and then hears of nothing.
    subscribe: async function* ({ signal }) {
      yield { events: [], position: 0n, isCaughtUp: true };
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
    },
  };
  return { log, watched, appended, read, froms };
};

const ledgerOn = (log: EventLog<LogEvent>, store = createMemoryStore()) => openLedger({ log, store, logger: silent });
const short = (outcome: Outcome): string =>
  outcome.status === 'rejected'
    ? outcome.rejection.code
    : `${outcome.isDuplicate ? '=' : '+'}${String(outcome.revision)}`;
const submit = async (ledger: ReturnType<typeof ledgerOn>, ...intents: Intent[]): Promise<string[]> =>
  (await ledger.submit(intents, receivedAt)).map(short);

test('every kind of command repeated is a duplicate of its first, also for the next process', async () => {
  const log = createMemoryEventLog<LogEvent>();
  const store = createMemoryStore();
  const first = ledgerOn(log, store);
  const all = [open(), pay('x'), call('x'), adjust('x'), rule('inbound')];
  expect(await submit(first, ...all)).toEqual(['+0', '+1', '+2', '+3', '+4']);
  expect(await submit(first, ...all)).toEqual(['=0', '=1', '=2', '=3', '=4']);
  await first.close();
  expect(await submit(ledgerOn(log, store), ...all)).toEqual(['=0', '=1', '=2', '=3', '=4']);
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
  const store = createMemoryStore();
  let commits = 0;
  const ledger = ledgerOn(watched, {
    ...store,
    commit: (changes) => {
      commits += 1;
      return store.commit(changes);
    },
  });
  await submit(ledger, open(), call('u1'));
  await submit(ledger, call('u2'), pay('p1'));
  expect(appended).toEqual([['account-acme'], ['account-acme']]);
  expect(read).toEqual([]);
  await submit(ledger, call('u1'), pay('p1'));
  expect([appended.length, commits]).toEqual([2, 2]);
});

test('only streams with something new are written', async () => {
  const { watched, appended } = countingLog();
  const ledger = ledgerOn(watched);
  await submit(ledger, open(), call('u1'));
  expect(await submit(ledger, call('u1'), open('zenith'))).toEqual(['=1', '+0']);
  expect(appended).toEqual([['account-acme'], ['account-zenith']]);
});

test('a stream that another writer moved on is read as far as it goes, and written after that', async () => {
  const { log, watched, appended, froms } = countingLog();
  const ledger = ledgerOn(watched);
  await submit(ledger, open());
  const other = ledgerOn(log);
  await submit(other, ...Array.from({ length: 1_500 }, (_, index) => call(`u${String(index)}`)));
  expect(await submit(ledger, call('late'), call('u7'))).toEqual(['+1501', '=8']);
  expect(appended).toHaveLength(3);
  // Beyond the opening, page by page; then the first `u7`, for its content and for its position.
  expect(froms).toEqual([1, 1_001, 8, 8]);
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
      if (isFailing) throw new LogUnavailable('time-out');
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

test('the index follows the log, from where it had come to', async () => {
  const log = createMemoryEventLog<LogEvent>();
  const writer = ledgerOn(log);
  await submit(writer, open(), call('u1'));
  const store = createMemoryStore();
  const starts: unknown[] = [];
  const watched: EventLog<LogEvent> = {
    ...log,
    subscribe: (subscription) => {
      starts.push([subscription.after, subscription.prefixes]);
      return log.subscribe(subscription);
    },
  };
  for (let start = 0; start < 2; start += 1) {
    const reader = ledgerOn(watched, store);
    await reader.indexing.caughtUp;
    await reader.close();
  }
  const prefixes = ['account-', 'rejected-'];
  expect(starts).toEqual([
    [undefined, prefixes],
    [2n, prefixes],
  ]);
  expect(store.get('usage acme u1')).toBe('1');
});

test('an index that cannot be read fails what is submitted, and nothing of it stays queued', async () => {
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
  await ledger.indexing.done.catch(() => undefined);
});

test('closing answers what was submitted first; to submit nothing waits for nothing', async () => {
  const log = createMemoryEventLog<LogEvent>({ turn: () => new Promise(setImmediate) });
  const ledger = ledgerOn(log);
  let answers: string[] | undefined;
  const answered = submit(ledger, open(), call('u1')).then((given) => (answers = given));
  expect(ledger.queued()).toBe(2);
  expect(await ledger.submit([], receivedAt)).toEqual([]);
  expect([log.events(), answers]).toEqual([[], undefined]);
  await ledger.close();
  expect(answers).toEqual(['+0', '+1']);
  await answered;
  expect(ledger.queued()).toBe(0);
  await ledger.indexing.done;
});
