import type { LogEvent } from '@tollgate/contracts';
import { LogUnavailable } from '@tollgate/event-store';
import type { EventLog } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import type { Intent } from './intent';
import { itemsOf, ledgerOn, receivedAt, short, submit } from './ledger.fixture';

const open: Intent = { type: 'OpenAccount', data: { accountId: 'acme', currency: 'EUR' } };
const call = (usageId: string, amount = '1'): Intent => ({
  type: 'ChargeUsage',
  data: { usageId, accountId: 'acme', direction: 'inbound', amount, currency: 'EUR' },
});
const undo = (reversalId: string, id: string): Intent => ({
  type: 'ReverseEntry',
  data: { reversalId, accountId: 'acme', of: { kind: 'usage', id }, reason: 'rated twice', actor: 'finance' },
});
const rule = (...balances: 'inbound'[]): Intent => ({ type: 'ChangeCutoff', accountId: 'acme', data: { balances } });

/** The same log, heard of late: whoever follows it is behind what others append. */
const heardLate = (log: EventLog<LogEvent>): EventLog<LogEvent> => ({
  ...log,
  subscribe: async function* (subscription) {
    for await (const batch of log.subscribe(subscription)) {
      if (batch.events.length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
      yield batch;
    }
  },
});

const usageIds = (log: { events(): readonly LogEvent[] }): string[] =>
  log.events().flatMap((event) => (event.type === 'UsageCharged' ? [event.data.usageId] : []));

describe('the ledger', () => {
  test('an id counts once: in one batch, in the next, and after a restart with the index lost', async () => {
    const log = createMemoryEventLog<LogEvent>();
    const first = ledgerOn(log);
    expect(await submit(first, open, call('u1'), call('u1'), call('u2'))).toEqual(['+0', '+1', '=1', '+2']);
    expect(await submit(first, call('u1', '1.00'), call('u2', '7'))).toEqual(['=1', 'ID_CONFLICT']);
    await first.close();
    expect(await submit(ledgerOn(log), call('u2'), call('u1'), call('u3'))).toEqual(['=2', '=1', '+3']);
    expect(usageIds(log)).toEqual(['u1', 'u2', 'u3']);
  });

  test('a duplicate answers with the position of the first, in the same batch and later', async () => {
    const ledger = ledgerOn(createMemoryEventLog<LogEvent>());
    await submit(ledger, open);
    const [first, again] = await ledger.submit(itemsOf([call('u1'), call('u1')]));
    expect(first).toEqual({ status: 'recorded', isDuplicate: false, revision: 1, position: 2n });
    expect(again).toEqual({ ...first, isDuplicate: true });
    expect(await ledger.submit(itemsOf([call('u1')]))).toEqual([{ ...first, isDuplicate: true }]);
  });

  test('two ledgers on one log: the stream’s revision fences, and both give the same answers', async () => {
    const log = createMemoryEventLog<LogEvent>({ turn: () => new Promise(setImmediate) });
    const [one, other] = [ledgerOn(log), ledgerOn(log)];
    await submit(one, open);
    const ids = Array.from({ length: 40 }, (_, index) => `u${String(index)}`);
    const answers = await Promise.all(
      ids.flatMap((id) => [one.submit(itemsOf([call(id)])), other.submit(itemsOf([call(id)]))]),
    );
    expect([...usageIds(log)].sort()).toEqual([...ids].sort());
    const recorded = answers.flat().map(short);
    expect(recorded.filter((answer) => answer.startsWith('+'))).toHaveLength(40);
    expect(recorded.filter((answer) => answer.startsWith('='))).toHaveLength(40);
  });

  test('a refusal is checked against the log: what another ledger has just opened or recorded is not missing', async () => {
    const log = createMemoryEventLog<LogEvent>();
    const [one, other] = [ledgerOn(log), ledgerOn(heardLate(log))];
    await submit(other);
    await submit(one, open, call('u1'));
    expect(await submit(other, call('u2'), undo('r1', 'u1'), call('u2'))).toEqual(['+2', '+3', '=2']);
  });

  test('that a cutoff rule is in force already is checked against the log: another ledger may just have changed it', async () => {
    const log = createMemoryEventLog<LogEvent>();
    const [one, other] = [ledgerOn(log), ledgerOn(heardLate(log))];
    await submit(other, open, rule('inbound'));
    expect(await submit(one, rule())).toEqual(['+2']);
    // By itself: with something to append, the revision of that would tell.
    expect(await submit(other, rule('inbound'))).toEqual(['+3']);
    expect(await submit(other, call('u1'), rule('inbound'))).toEqual(['+4', '=3']);
  });

  test('a refusal falls with the draft it was decided on, if another ledger appends before that draft is', async () => {
    const log = createMemoryEventLog<LogEvent>();
    const other = ledgerOn(log);
    let isFirst = true;
    const overtaken: EventLog<LogEvent> = {
      ...log,
      append: async (appends) => {
        if (isFirst) {
          isFirst = false;
          await submit(other, { type: 'OpenAccount', data: { accountId: 'acme', currency: 'USD' } });
        }
        return log.append(appends);
      },
    };
    const inDollars: Intent = {
      type: 'RecordPayment',
      data: { paymentId: 'p1', accountId: 'acme', direction: 'inbound', amount: '5', currency: 'USD' },
    };
    expect(await submit(ledgerOn(overtaken), open, inDollars)).toEqual(['ACCOUNT_EXISTS', '+1']);
  });

  test('an append that fails with an unknown outcome is read back before the stream is used again', async () => {
    const log = createMemoryEventLog<LogEvent>();
    let isFailing = false;
    const unsure: EventLog<LogEvent> = {
      ...log,
      append: async (appends) => {
        const results = await log.append(appends);
        if (isFailing)
          return appends.map(() => ({ status: 'unknown', error: new LogUnavailable('no answer in time') }));
        return results;
      },
    };
    const ledger = ledgerOn(unsure);
    await submit(ledger, open);
    isFailing = true;
    await expect(ledger.submit(itemsOf([call('u1')]))).rejects.toThrow(LogUnavailable);
    isFailing = false;
    expect(await submit(ledger, call('u1'), call('u2'))).toEqual(['=1', '+2']);
    expect(usageIds(log)).toEqual(['u1', 'u2']);
  });

  test('a reversal is checked against what came before it in the same batch', async () => {
    const ledger = ledgerOn(createMemoryEventLog<LogEvent>());
    const answers = await submit(
      ledger,
      open,
      undo('r0', 'u1'),
      call('u1'),
      undo('r1', 'u1'),
      undo('r1', 'u1'),
      undo('r2', 'u1'),
    );
    expect(answers).toEqual(['+0', 'ORIGINAL_NOT_FOUND', '+1', '+2', '=2', 'ALREADY_REVERSED']);
    expect(await submit(ledger, undo('r3', 'u1'), undo('r1', 'u1'))).toEqual(['ALREADY_REVERSED', '=2']);
  });

  test('outcomes come in the order of the intents, however many rounds they take', async () => {
    const ledger = ledgerOn(createMemoryEventLog<LogEvent>());
    await submit(ledger, open);
    const calls = Array.from({ length: 2_500 }, (_, index) => call(`u${String(index)}`));
    const [many, few] = await Promise.all([submit(ledger, ...calls), submit(ledger, call('late'))]);
    const revisions = many.map((answer) => Number(answer.slice(1)));
    expect(revisions).toEqual([...revisions].sort((one, other) => one - other));
    expect(new Set([...many, ...few]).size).toBe(2_501);
  });

  test('a refused message is kept once per place and content', async () => {
    const log = createMemoryEventLog<LogEvent>();
    const ledger = ledgerOn(log);
    const refuse = (payload: string): Intent => ({
      type: 'RejectMessage',
      data: {
        code: 'INVALID_REQUEST',
        detail: 'no',
        receivedAt,
        source: { topic: 't', partition: 0, offset: '5' },
        payload,
      },
    });
    const [first, again] = await ledger.submit(itemsOf([refuse('{'), refuse('{')]));
    expect(first).toEqual({ status: 'recorded', isDuplicate: false, revision: 0, position: 1n });
    expect(again).toEqual({ ...first, isDuplicate: true });
    expect(await submit(ledger, refuse('{'), refuse('other'))).toEqual(['=0', '+1']);
    expect(log.events().map(({ stream }) => stream)).toEqual(['rejected-t-0', 'rejected-t-0']);
  });
});
