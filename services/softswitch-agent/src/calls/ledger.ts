import type { Authorization } from '@tollgate/balance';
import type { Acknowledgement, AuthorizationAnswer } from '@tollgate/contracts';

/** A call's leg in the ledger. */
export type Leg = { accountId: string; authorizationId: string };

/** What the ledger has to say to a switch. Whatever is asked may be asked again. */
export type Ledger = {
  /** Rejects with `Refused` where asking again is of no use; with anything else where the ledger did not answer. */
  authorize(body: Authorization): Promise<AuthorizationAnswer>;
  /** Seconds of the whole call, by the number of the extension. */
  extend(leg: Leg, number: number): Promise<AuthorizationAnswer>;
  /** `usedSeconds` of a call that was answered. */
  release(leg: Leg, usedSeconds?: number): Promise<void>;
  acknowledge(acknowledgement: Acknowledgement): Promise<void>;
};

/** The ledger knows what was asked for, and will never grant it as it is; the message is its `CODE: detail`. */
export class Refused extends Error {
  override readonly name = 'Refused';
}
