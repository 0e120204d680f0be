import { createClosedStatements } from '@tollgate/account-table';
import type { AccountTable } from '@tollgate/account-table';
import type { Metadata, StatementClosing } from '@tollgate/balance';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import type { Outcome } from './intent';
import type { Ledger } from './ledger';
import { beginStatement } from './statement-reading';

export type ClosingParts = {
  ledger: Pick<Ledger, 'submit'>;
  log: EventLog<LogEvent>;
  table: Pick<AccountTable, 'placesOf'>;
};

/** What became of it once it is durable; read anew as often as another was closed meanwhile. */
export const closeStatement = async (
  { ledger, log, table }: ClosingParts,
  closing: StatementClosing,
  metadata: Metadata,
): Promise<Outcome> => {
  const statements = createClosedStatements({ log, table });
  for (;;) {
    const reading = await beginStatement({ log, statements }, closing);
    // One that is closed is answered from its event, whatever else the account has.
    if ((await statements.named(closing.accountId, closing.statementId)) === undefined) await reading.readOn();
    const [outcome] = await ledger.submit([{ intent: { type: 'CloseStatement', data: closing, reading }, metadata }]);
    if (outcome === undefined) throw new Error('the ledger gave no outcome');
    if (outcome.status !== 'refused') return outcome;
  }
};

/** Closes one statement after another, whoever asks for them: one begins where another that waits with it has ended. */
export const createClosings = (parts: ClosingParts): ((...of: Closing) => Promise<Outcome>) => {
  let last: Promise<unknown> = Promise.resolve();
  return (...of) => {
    const closing = last.then(() => closeStatement(parts, ...of));
    last = closing.catch(() => undefined);
    return closing;
  };
};

type Closing = [closing: StatementClosing, metadata: Metadata];
