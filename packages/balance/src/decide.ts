import type { AccountEvent, Metadata, UsageCharged } from './account-event';
import type { Restoration, Settlement } from './authorization';
import type { Command, RecordCommand } from './command';
import { accountIdOf, recordKeyOf } from './command';
import { cutoffOf, isSameCutoff } from './cutoff';
import type { Cutoff } from './cutoff';
import { isSameContent } from './same-content';
import { UnreadUsageCharged } from './unread-usage-charged';

/** Why the ledger refuses; the codes are the contract's (DESIGN 4). */
export type Rejection = {
  code:
    | 'ACCOUNT_NOT_FOUND'
    | 'ORIGINAL_NOT_FOUND'
    | 'ID_CONFLICT'
    | 'ALREADY_REVERSED'
    | 'ACCOUNT_EXISTS'
    | 'CURRENCY_MISMATCH'
    | 'AUTHORIZATION_NOT_FOUND'
    | 'AUTHORIZATION_ENDED'
    | 'COMMAND_NOT_FOUND'
    | 'STATEMENT_PERIOD_INVALID';
  detail: string;
  /** With a conflict: the body first accepted, and the one refused now. */
  existing?: object;
  received?: object;
};

/** What the log already says about the things a command names. */
export type Known = {
  /** The account as it stands, with the rule in force. */
  account: { currency: string; cutoff: Cutoff } | undefined;
  /** The event first recorded under the command's own key; for OpenAccount, the opening. */
  first?: AccountEvent | undefined;
  /** The fields that it had and that nobody knows any more. */
  shredded?: readonly string[] | undefined;
  /** For a reversal: the entry it names, and the reversal that already undid it. */
  original?: AccountEvent | undefined;
  reversedBy?: string | undefined;
  /** For a reversal of usage: what is held again for its call. */
  restored?: Restoration | undefined;
  /** Of usage that names an authorization. */
  settlement?: Settlement | undefined;
};

export type Decision =
  | { outcome: 'accepted'; event: AccountEvent }
  | { outcome: 'unchanged' }
  | { outcome: 'rejected'; rejection: Rejection };

/** What becomes of a command: one event, nothing because it is already so, or a rejection. `metadata` says how the command came. */
export const decide = (command: Command, known: Known, metadata: Metadata): Decision => {
  if (command.type === 'OpenAccount') return openAccount(command, known, metadata);
  const { account } = known;
  if (account === undefined) {
    const accountId = accountIdOf(command);
    return reject({
      code: 'ACCOUNT_NOT_FOUND',
      detail: `account ${accountId} is not open; open it with POST /v1/accounts`,
    });
  }
  if (command.type === 'ChangeCutoff') {
    if (isSameCutoff(account.cutoff, cutoffOf(command.data))) return unchanged;
    return accept({ type: 'CutoffChanged', data: command.data, metadata });
  }
  if (known.first !== undefined) return repeat(command, known.first, known.shredded);
  if (command.type === 'ReverseEntry') return reverse(command, known, metadata);
  return record(command, { currency: account.currency, settlement: known.settlement }, metadata);
};

const accept = (event: AccountEvent): Decision => ({ outcome: 'accepted', event });
const reject = (rejection: Rejection): Decision => ({ outcome: 'rejected', rejection });
const unchanged: Decision = { outcome: 'unchanged' };

type Of<Type extends Command['type']> = Extract<Command, { type: Type }>;

const openAccount = ({ data }: Of<'OpenAccount'>, { first }: Known, metadata: Metadata): Decision => {
  if (first?.type !== 'AccountOpened') return accept({ type: 'AccountOpened', data, metadata });
  const { name, currency, cutoff } = first.data;
  const isSame =
    data.name === name && data.currency === currency && isSameCutoff(cutoffOf(data.cutoff), cutoffOf(cutoff));
  if (isSame) return unchanged;
  const detail = `account ${data.accountId} was opened with other content; its rule changes with PUT /v1/accounts/${data.accountId}/cutoff`;
  return reject({ code: 'ACCOUNT_EXISTS', detail, existing: first.data, received: data });
};

const repeat = (command: RecordCommand, first: AccountEvent, shredded: readonly string[] = []): Decision => {
  if (isSameContent(first.data, command.data, shredded)) return unchanged;
  const { kind, id } = recordKeyOf(command);
  const detail = `${kind} ${id} of account ${command.data.accountId} was recorded with other content; ids are for ever${notCompared(shredded)}`;
  return reject({ code: 'ID_CONFLICT', detail, existing: first.data, received: command.data });
};

/** What a conflict adds where not all was compared. */
export const notCompared = (shredded: readonly string[]): string =>
  shredded.length === 0 ? '' : `; shredded, and not compared: ${shredded.join(', ')}`;

const record = (
  command: Exclude<RecordCommand, Of<'ReverseEntry'>>,
  { currency, settlement: authorization }: { currency: string; settlement: Settlement | undefined },
  metadata: Metadata,
): Decision => {
  const asked = command.type === 'ChargeUsage' ? (command.unread ?? command.data) : command.data;
  if (asked.currency !== currency) {
    const detail = `currency: account ${asked.accountId} is kept in ${currency}, not ${asked.currency}`;
    return reject({ code: 'CURRENCY_MISMATCH', detail });
  }
  switch (command.type) {
    case 'RecordPayment':
      return accept({ type: 'PaymentRecorded', data: command.data, metadata });
    case 'ChargeUsage':
      return accept(charged(command, authorization === undefined ? metadata : { ...metadata, authorization }));
    case 'AdjustBalance':
      return accept({ type: 'BalanceAdjusted', data: command.data, metadata });
  }
};

const charged = (command: Of<'ChargeUsage'>, metadata: UsageCharged['metadata']): UsageCharged => {
  const { unread } = command;
  return unread === undefined
    ? { type: 'UsageCharged', data: command.data, metadata }
    : new UnreadUsageCharged(unread, metadata);
};

const reverse = (
  { data }: Of<'ReverseEntry'>,
  { original, reversedBy, restored }: Known,
  metadata: Metadata,
): Decision => {
  const name = `${data.of.kind} ${data.of.id} of account ${data.accountId}`;
  if (original === undefined || !('amount' in original.data))
    return reject({ code: 'ORIGINAL_NOT_FOUND', detail: `of: there is no ${name} to reverse` });
  if (reversedBy !== undefined)
    return reject({ code: 'ALREADY_REVERSED', detail: `of: ${name} was reversed before, by reversal ${reversedBy}` });
  const { direction, amount } = original.data;
  const reversed = { direction, amount };
  return accept({ type: 'EntryReversed', data, metadata: { ...metadata, reversed, ...(restored && { restored }) } });
};
