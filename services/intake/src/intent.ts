import type { Command, Metadata, Rejection } from '@tollgate/balance';
import type { InputLost, RejectedMessage } from '@tollgate/contracts';
import type { Position } from '@tollgate/event-store';

/**
 * What intake is asked to put into the log: a command to the ledger, a message to keep because it cannot be one, or that messages were
 * lost before they could be read.
 */
export type Intent =
  Command | { type: 'RejectMessage'; data: RejectedMessage } | { type: 'NoteLostInput'; data: InputLost };

/** An intent, and what is told of where it came from. What came together shares one `metadata.source`. */
export type Item = { readonly intent: Intent; readonly metadata: Metadata };

/** What became of an intent. A duplicate answers with the revision and position of the first. */
export type Outcome =
  | { status: 'recorded'; isDuplicate: boolean; revision: number; position: Position }
  | { status: 'rejected'; rejection: Rejection };

/** What would become of an intent if it came now. */
export type Forecast = Outcome | { status: 'acceptable' };
