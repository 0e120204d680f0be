import { formatAmount } from '@tollgate/money';
import type { Account } from './account';
import type { AccountEvent, Metadata } from './account-event';
import type { Authorization, CallRate, Expiry, Extending, Grant, Placement, Releasing } from './authorization';
import { guarding } from './balance-set';
import { usualReservation } from './cutoff';
import type { Direction } from './entry';
import { notCompared } from './decide';
import type { Rejection } from './decide';
import { exhaustedAt } from './exhausted';
import { grantFor, priceHeld } from './grant';
import type { Refused, Tariff } from './grant';
import type { Reservation } from './reservation';
import { isSameContent } from './same-content';
import type { Standing } from './standing';

/** What is asked about calls. When, `metadata.source.receivedAt` says: the writer's clock. */
export type CallCommand =
  /** `rate`: absent where there is no price; `barred` where nobody may call, with or without a limit. */
  | { type: 'AuthorizeCall'; data: Authorization; rate: CallRate | 'barred' | undefined }
  | { type: 'ExtendCall'; data: Extending }
  | { type: 'ReleaseCall'; data: Releasing }
  | { type: 'ExpireCall'; data: Expiry };

/** What the log says about the things a command names. */
export type KnownCall = {
  account: { currency: string } | undefined;
  standing: Standing;
  /** The event first recorded under the command's own key. */
  first?: AccountEvent | undefined;
  /** The fields that it had and that nobody knows any more. */
  shredded?: readonly string[] | undefined;
  /** Whether the account was ever granted the authorization that is named. */
  wasGranted: boolean;
  tariffOf(rate: CallRate): Tariff;
};

/** What is answered where nothing is recorded. `granted`: of an extension, what it was before. */
export type Refusal = Refused & { granted: number };

export type CallDecision =
  | { outcome: 'accepted'; event: AccountEvent }
  | { outcome: 'unchanged' }
  | { outcome: 'refused'; refusal: Refusal }
  /** The call is over already, and nothing is held for it. */
  | { outcome: 'over' }
  | { outcome: 'rejected'; rejection: Rejection };

/** What becomes of a command about a call: one event, the answer of the first time, a refusal that is not recorded, or a rejection. */
export const decideCall = (command: CallCommand, known: KnownCall, metadata: Metadata): CallDecision => {
  const { accountId } = command.data;
  if (known.account === undefined)
    return reject('ACCOUNT_NOT_FOUND', `account ${accountId} is not open; open it with POST /v1/accounts`);
  switch (command.type) {
    case 'AuthorizeCall':
      return authorize(command, { ...known, account: known.account }, metadata);
    case 'ExtendCall':
      return extend(command, known, metadata);
    case 'ReleaseCall':
      return release(command, known, metadata);
    case 'ExpireCall':
      return expire(command, known, metadata);
  }
};

const reject = (code: Rejection['code'], detail: string): CallDecision => ({
  outcome: 'rejected',
  rejection: { code, detail },
});
const unchanged: CallDecision = { outcome: 'unchanged' };
const over: CallDecision = { outcome: 'over' };
const accept = (event: AccountEvent): CallDecision => ({ outcome: 'accepted', event });
const refuse = (granted: number, refused: Refused): CallDecision => ({
  outcome: 'refused',
  refusal: { granted, ...refused },
});

type Of<Type extends CallCommand['type']> = Extract<CallCommand, { type: Type }>;

const authorize = (
  { data, rate }: Of<'AuthorizeCall'>,
  known: KnownCall & { account: { currency: string } },
  metadata: Metadata,
): CallDecision => {
  const { accountId, direction } = data;
  const { standing, first, shredded } = known;
  const { currency } = known.account;
  if (first !== undefined) return repeat(data, first, shredded);
  if (data.currency !== currency)
    return reject('CURRENCY_MISMATCH', `currency: account ${accountId} is kept in ${currency}, not ${data.currency}`);
  const account = standing.account({ accountId, currency });
  const closed = closedTo(account, standing, direction);
  if (closed !== undefined) return refuse(0, closed);
  if (rate === 'barred') return refuse(0, { reason: 'NO_PRICE', exhausted: [] });
  return place({ data, rate }, { ...known, account }, metadata);
};

const place = (
  { data, rate }: { data: Authorization; rate: CallRate | undefined },
  { account, standing, tariffOf }: Pick<KnownCall, 'standing' | 'tariffOf'> & { account: Account },
  metadata: Metadata,
): CallDecision => {
  const { direction, requestedSeconds = Infinity } = data;
  const { sliceSeconds } = account.cutoff.reservation ?? usualReservation;
  const granted = grantFor({
    account,
    held: standing.held,
    direction,
    leastSeconds,
    mostSeconds: Math.min(sliceSeconds, requestedSeconds),
    tariff: rate && tariffOf(rate),
  });
  if ('reason' in granted) return refuse(0, granted);
  const { seconds, reserved } = granted;
  const { receivedAt } = metadata.source;
  const grant: Grant = {
    seconds,
    reserved: formatAmount(reserved),
    expiresAt: expiryOf(receivedAt, receivedAt, seconds),
  };
  const placement: Placement = { ...data, grant, ...(seconds !== null && rate && { rate }) };
  return accept({ type: 'ReservationPlaced', data: placement, metadata });
};

/** Why no call is granted whatever it costs. */
const closedTo = (account: Account, { totals, rule, held }: Standing, direction: Direction): Refused | undefined => {
  const exhausted = rule === undefined ? 0 : exhaustedAt(totals, 0, rule, held);
  const blockers = guarding(exhausted, direction);
  if (blockers.length > 0) return { reason: 'BLOCKED', exhausted: blockers };
  const { maxConcurrent = Infinity } = account.cutoff.reservation ?? usualReservation;
  const { calls } = held;
  return calls.inbound + calls.outbound < maxConcurrent ? undefined : { reason: 'MAX_CONCURRENT', exhausted: [] };
};

const repeat = (data: Authorization, first: AccountEvent, shredded: readonly string[] = []): CallDecision => {
  if (first.type !== 'ReservationPlaced') throw new Error(`${first.type} is no authorization`);
  const { grant: _grant, rate: _rate, ...existing } = first.data;
  if (isSameContent(existing, data, shredded)) return unchanged;
  const detail = `authorization ${data.authorizationId} of account ${data.accountId} was asked for with other content; ids are for ever${notCompared(shredded)}`;
  return { outcome: 'rejected', rejection: { code: 'ID_CONFLICT', detail, existing, received: data } };
};

/** A switch keeps a limit to −0.65 … +0.55 s: less than this is no call. */
const leastSeconds = 2;

/** Who has asked may ring for so long before the call is answered, from when its seconds count. */
export const ringingSeconds = 120;
/** A call without a limit is taken for lost after so long, unless it is extended. */
const unlimitedSeconds = 86_400;

/** A limit counts from the answer, which the switch alone knows: from the asking on there is room for the ringing. */
const expiryOf = (placedAt: string, at: string, seconds: number | null): string =>
  new Date(
    seconds === null
      ? Date.parse(at) + unlimitedSeconds * 1_000
      : Date.parse(placedAt) + (ringingSeconds + seconds) * 1_000,
  ).toISOString();

const extend = ({ data }: Of<'ExtendCall'>, known: KnownCall, metadata: Metadata): CallDecision => {
  if (known.first !== undefined) return unchanged;
  const { standing } = known;
  const own = standing.reservation(data.authorizationId);
  if (own?.expiresAt === undefined) return missing(data, known);
  const grantOf = (seconds: number | null, reserved: bigint): Grant => ({
    seconds,
    reserved: formatAmount(reserved),
    expiresAt: expiryOf(own.placedAt, metadata.source.receivedAt, seconds),
  });
  const accepted = (grant: Grant): CallDecision =>
    accept({ type: 'ReservationExtended', data: { ...data, grant }, metadata });
  const before = own.grantedSeconds;
  if (before === null) return accepted(grantOf(null, own.reserved));
  const { accountId } = data;
  const account = standing.account({ accountId, currency: known.account?.currency ?? '' });
  const granted = grantFor({
    account,
    held: standing.held,
    direction: own.direction,
    leastSeconds: before + 1,
    mostSeconds: before + (account.cutoff.reservation ?? usualReservation).sliceSeconds,
    tariff: own.rate && known.tariffOf(own.rate),
    own,
  });
  if ('reason' in granted) return refuse(before, granted);
  return accepted(grantOf(granted.seconds, granted.reserved));
};

const release = ({ data }: Of<'ReleaseCall'>, known: KnownCall, metadata: Metadata): CallDecision => {
  const { first, standing, tariffOf } = known;
  if (first?.type === 'ReservationReleased') {
    if (first.data.usedSeconds === data.usedSeconds) return unchanged;
    const { reserved: _reserved, ...existing } = first.data;
    const detail = `authorization ${data.authorizationId} of account ${data.accountId} was released with other content`;
    return { outcome: 'rejected', rejection: { code: 'ID_CONFLICT', detail, existing, received: data } };
  }
  const own = standing.reservation(data.authorizationId);
  if (own === undefined) return known.wasGranted ? over : missing(data, known);
  const reserved = formatAmount(staying(own, data.usedSeconds, tariffOf));
  return accept({ type: 'ReservationReleased', data: { ...data, reserved }, metadata });
};

/** What the usage of a call that has ended will cost, but no more than was held for it. */
const staying = (own: Reservation, usedSeconds: number | undefined, tariffOf: KnownCall['tariffOf']): bigint => {
  if (usedSeconds === undefined || usedSeconds === 0 || own.rate === undefined) return 0n;
  const price = priceHeld(tariffOf(own.rate), Math.ceil(usedSeconds) - 1, own.charged);
  return price < own.reserved ? price : own.reserved;
};

const expire = ({ data }: Of<'ExpireCall'>, { standing }: KnownCall, metadata: Metadata): CallDecision => {
  const own = standing.reservation(data.authorizationId);
  if (own?.expiresAt === undefined || own.expiresAt > metadata.source.receivedAt) return over;
  return accept({ type: 'ReservationExpired', data, metadata });
};

const missing = ({ accountId, authorizationId }: Extending | Releasing, { wasGranted }: KnownCall): CallDecision =>
  wasGranted
    ? reject('AUTHORIZATION_ENDED', `authorization ${authorizationId} of account ${accountId} has ended; ask anew`)
    : reject('AUTHORIZATION_NOT_FOUND', `account ${accountId} was granted no authorization ${authorizationId}`);
