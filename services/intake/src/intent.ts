import type { Command, Metadata, Rejection } from '@tollgate/balance';
import type { RejectedMessage } from '@tollgate/contracts';
import type { Position } from '@tollgate/event-store';

/** What intake is asked to put into the log: a command to the ledger, or a message to keep because it cannot be one. */
export type Intent = Command | { type: 'RejectMessage'; data: RejectedMessage };

/** An intent, and what is told of where it came from. What came together shares one `metadata.source`. */
export type Item = { readonly intent: Intent; readonly metadata: Metadata };

/** What became of an intent. A duplicate answers with the revision and position of the first. */
export type Outcome =
  | { status: 'recorded'; isDuplicate: boolean; revision: number; position: Position }
  | { status: 'rejected'; rejection: Rejection };

/** What would become of an intent if it came now. */
export type Forecast = Outcome | { status: 'acceptable' };
