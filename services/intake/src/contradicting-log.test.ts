import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { createMemoryStore } from '@tollgate/projection-store/memory';
import type { Log } from '@tollgate/service-runtime';
import type { Intent } from './intent';
import { openLedger } from './ledger';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const receivedAt = '2026-01-31T12:00:00.000Z';

const open: Intent = { type: 'OpenAccount', data: { accountId: 'acme', currency: 'EUR' } };
const call: Intent = {
  type: 'ChargeUsage',
  data: { usageId: 'u1', accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
};

/** What is answered to a call that was charged before, by a log that says otherwise. */
const repeatOn = async (contradict: (log: EventLog<LogEvent>) => Partial<EventLog<LogEvent>>): Promise<unknown> => {
  const log = createMemoryEventLog<LogEvent>();
  let contradiction: Partial<EventLog<LogEvent>> = {};
  const ledger = openLedger({
    log: {
      ...log,
      append: (appends) => (contradiction.append ?? log.append)(appends),
      readStream: (stream, options) => (contradiction.readStream ?? log.readStream)(stream, options),
    },
    store: createMemoryStore(),
    logger: silent,
  });
  await ledger.submit([open, call], receivedAt);
  contradiction = contradict(log);
  try {
    return await ledger.submit([call, { ...call, data: { ...call.data, usageId: 'u2' } }], receivedAt);
  } finally {
    await ledger.close();
  }
};

describe('where log and index contradict each other nothing is answered:', () => {
  test('the log has no event where the index knows one', async () => {
    await expect(repeatOn(() => ({ readStream: () => Promise.resolve([]) }))).rejects.toThrow(
      'the intake index names account-acme 1, which the log does not have',
    );
  });

  test('the event there is none of an account', async () => {
    const readStream: EventLog<LogEvent>['readStream'] = () =>
      Promise.resolve([
        {
          type: 'MessageRejected',
          data: {
            code: 'INVALID_REQUEST',
            detail: 'no',
            receivedAt,
            source: { topic: 't', partition: 0, offset: '5' },
          },
          metadata: {},
          eventId: 'e1',
          stream: 'account-acme',
          revision: 1,
          position: 2n,
          recordedAt: receivedAt,
        },
      ]);
    await expect(repeatOn(() => ({ readStream }))).rejects.toThrow(
      'MessageRejected stands in account-acme, where only intake writes',
    );
  });

  test('the log recorded less than it was given', async () => {
    const append: EventLog<LogEvent>['append'] = (appends) =>
      Promise.resolve(appends.map(() => ({ isAppended: true, events: [] })));
    await expect(repeatOn(() => ({ append }))).rejects.toThrow(
      'the log recorded fewer events of account-acme than it was given',
    );
  });
});
