import type {
  AccountEvent,
  CallCommand,
  Command,
  Metadata,
  Refusal,
  Rejection,
  StatementClosing,
} from '@tollgate/balance';
import type { Acknowledgement, InputLost, RejectedMessage } from '@tollgate/contracts';
import type { Position } from '@tollgate/event-store';
import type { NumberField } from '@tollgate/number-keys';
import type { StatementReading } from './statement-reading';

/**
 * What intake is asked to put into the log: a command to the ledger, a message to keep because it cannot be one, that messages were
 * lost before they could be read, or what a switch tells of a command.
 */
export type Intent = Command | CallCommand | Notice | CloseStatement;

/** To close a statement of an account, whose events were read so far; refused if another was closed meanwhile. */
export type CloseStatement = { type: 'CloseStatement'; data: StatementClosing; reading: StatementReading };

/** What is noted apart from accounts. */
export type Notice =
  | { type: 'RejectMessage'; data: RejectedMessage }
  | { type: 'NoteLostInput'; data: InputLost }
  | { type: 'AcknowledgeCommand'; data: Acknowledgement };

/** An intent, and what is told of where it came from. What came together shares one `metadata.source`. */
export type Item = { readonly intent: Intent; readonly metadata: Metadata };

/**
 * What became of an intent. A duplicate answers with the revision and position of the first, and with what of it was not compared. Of a call, `event` says what was granted;
 * one that is refused is not recorded, without a refusal because the call is over already, or because a statement must be read anew.
 */
export type Outcome =
  | {
      status: 'recorded';
      isDuplicate: boolean;
      revision: number;
      position: Position;
      event?: AccountEvent;
      shredded?: readonly NumberField[];
    }
  | { status: 'refused'; refusal?: Refusal }
  | { status: 'rejected'; rejection: Rejection };

/** A final answer, or an event that a draft is about to append. */
export type Planned = Outcome | { status: 'drafted'; revision: number; isDuplicate: boolean; event?: AccountEvent };

/** What would become of an intent if it came now. */
export type Forecast = Outcome | { status: 'acceptable' };

const callCommands: Readonly<Record<string, true | undefined>> = {
  AuthorizeCall: true,
  ExtendCall: true,
  ReleaseCall: true,
  ExpireCall: true,
} satisfies Record<CallCommand['type'], true>;

const notices: Readonly<Record<string, true | undefined>> = {
  RejectMessage: true,
  NoteLostInput: true,
  AcknowledgeCommand: true,
} satisfies Record<Notice['type'], true>;

export const isNotice = (intent: Intent): intent is Notice => notices[intent.type] === true;

export const isAboutCall = (intent: Intent): intent is CallCommand => callCommands[intent.type] === true;
