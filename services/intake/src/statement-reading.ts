import type { ClosedStatements } from '@tollgate/account-table';
import { createStatementFold, isBefore } from '@tollgate/balance';
import type { ClosedStatement, StatementClosing } from '@tollgate/balance';
import { accountStream, isAccountEvent } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';

/** What is read of an account to close a statement: most of it before its turn comes, so that nobody waits for that. */
export type StatementReading = {
  /** The statement that was the last one when the reading began. */
  previous: ClosedStatement | undefined;
  /** Reads what the log holds of the interval now, and what came since. */
  readOn(): Promise<void>;
  closed(): ClosedStatement;
};

const pageEvents = 1_000;

export const beginStatement = async (
  { log, statements }: { log: Pick<EventLog<LogEvent>, 'readStream'>; statements: Pick<ClosedStatements, 'last'> },
  closing: StatementClosing,
): Promise<StatementReading> => {
  const previous = (await statements.last(closing.accountId))?.data;
  const fold = createStatementFold(previous, closing.to);
  /** An event was met that is not covered, so that nothing behind it is; or nothing can be: it ends before the last one. */
  let isOver = previous !== undefined && !isBefore(previous.to, closing.to);

  return {
    previous,
    readOn: async () => {
      while (!isOver) {
        const events = await log.readStream(accountStream(closing.accountId), { from: fold.next(), limit: pageEvents });
        isOver = events.some((event) => !(isAccountEvent(event) && fold.apply(event, event.recordedAt)));
        if (events.length < pageEvents) return;
      }
    },
    closed: () => fold.closed(closing),
  };
};
