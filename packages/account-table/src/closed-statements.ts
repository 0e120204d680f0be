import type { AccountEvent } from '@tollgate/balance';
import { accountStream } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, RecordedEvent } from '@tollgate/event-store';
import { statementKey, statementNumberKey } from './record-key';
import type { RecordKey } from './record-key';
import type { AccountTable } from './table';

type Recorded = RecordedEvent<LogEvent> & Extract<AccountEvent, { type: 'StatementClosed' }>;

/** The closed statements of accounts, as the log has them up to where the table is. */
export type ClosedStatements = {
  named(accountId: string, statementId: string): Promise<Recorded | undefined>;
  /** From 1, without gaps. */
  numbered(accountId: string, number: number): Promise<Recorded | undefined>;
  last(accountId: string): Promise<Recorded | undefined>;
};

type Parts = { log: Pick<EventLog<LogEvent>, 'read'>; table: Pick<AccountTable, 'placesOf'> };

export const createClosedStatements = ({ log, table }: Parts): ClosedStatements => {
  /** That memory names a place proves nothing: the event there is it or is not. */
  const found = async (key: RecordKey, isIt: (event: Recorded) => boolean): Promise<Recorded | undefined> => {
    for (const place of table.placesOf(key)) {
      const event = await log.read(BigInt(place));
      if (event?.type === 'StatementClosed' && event.stream === accountStream(key.owner) && isIt(event)) return event;
    }
    return undefined;
  };

  const numbered = (accountId: string, number: number): Promise<Recorded | undefined> =>
    found(statementNumberKey({ accountId, number }), ({ data }) => data.number === number);

  return {
    named: (accountId, statementId) =>
      found(statementKey({ accountId, statementId }), ({ data }) => data.statementId === statementId),
    numbered,
    /** They have no gaps, so that their number is found in a few steps. */
    last: async (accountId) => {
      let last = await numbered(accountId, 1);
      let step = 1;
      while (last !== undefined) {
        const further = await numbered(accountId, last.data.number + step);
        if (further === undefined) break;
        last = further;
        step *= 2;
      }
      while (last !== undefined && step > 1) {
        step /= 2;
        last = (await numbered(accountId, last.data.number + step)) ?? last;
      }
      return last;
    },
  };
};
