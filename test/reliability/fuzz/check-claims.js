// @ts-check
'use strict';

const { contentOf, isSame } = require('./meaning');
const { idOf, isBy, originalKeyOf, readLedger } = require('./ledger');

/**
 * What Tollgate said of its log without recording anything: why it refused a body, or (`ACCEPTABLE`) that it would take it.
 * `type` is that of the event the body would have been, absent for a read; `since`: the newest position known when it was asked.
 * @typedef {{ code: string, type?: string | undefined, accountId: string, body?: any, detail?: string,
 *   existing?: any, received?: any, isWithContents?: boolean }} Claim
 * @typedef {Claim & { since: number }} DatedClaim
 * @typedef {ReturnType<typeof readLedger>} Ledger
 */

const isConflict = (/** @type {string} */ code) => code === 'ID_CONFLICT' || code === 'ACCOUNT_EXISTS';

/**
 * Why each claim is not true; nothing if it may be. The log was read at the end: what is in it later than `since` may have come
 * before or after the claim.
 * @type {Record<string, (ledger: Ledger, claim: any) => string | false | undefined>}
 */
const untruths = {
  ACCOUNT_NOT_FOUND: ({ openings }, { type, accountId, detail, since }) => {
    // Whoever reads an account as it was may ask for a time before it.
    if (type === undefined && detail?.endsWith('was not open then'))
      return openings.has(accountId) ? false : 'it was never opened';
    return isBy(openings.get(accountId), since) && 'it was open';
  },
  ACCOUNT_EXISTS: ({ openings }, { type, accountId, body }) => {
    const opening = openings.get(accountId);
    if (type !== 'AccountOpened' || opening === undefined) return 'it was never opened';
    return isSame(type, opening.data, body) && 'it was opened with this content';
  },
  CURRENCY_MISMATCH: ({ openings }, { accountId, body }) => {
    const currency = openings.get(accountId)?.data.currency;
    if (currency === undefined) return 'it was never opened';
    return body?.currency === currency && `it is kept in ${currency}`;
  },
  ID_CONFLICT: (ledger, claim) => {
    const entry = ledger.recorded(claim);
    if (entry === undefined) return 'nothing is recorded under the id';
    return isSame(claim.type, entry.data, claim.body) && 'it is recorded with this content';
  },
  ORIGINAL_NOT_FOUND: ({ entries }, { type, body, since }) => {
    if (type !== 'EntryReversed') return 'it reverses nothing';
    return isBy(entries.get(originalKeyOf(body)), since) && 'what it reverses was recorded';
  },
  ALREADY_REVERSED: ({ reversals }, { type, body }) => {
    const reversal = type === 'EntryReversed' ? reversals.get(originalKeyOf(body)) : undefined;
    if (reversal === undefined) return 'nothing reversed it';
    return reversal.data.reversalId === body.reversalId && 'nothing else reversed it';
  },
  ACCEPTABLE: (ledger, claim) => {
    const { type, accountId, body, since } = claim;
    const opening = ledger.openings.get(accountId);
    if (opening === undefined) return 'the account was never opened';
    if (type !== 'EntryReversed') return opening.data.currency !== body.currency && 'it is in another currency';
    const key = originalKeyOf(body);
    return (!ledger.entries.has(key) || isBy(ledger.reversals.get(key), since)) && 'there is nothing to reverse';
  },
};

/** An id that was recorded is answered as the first time or as a conflict, whatever else is so (DESIGN 2.9). @param {Ledger} ledger @param {DatedClaim} claim */
const repeatFault = (ledger, { code, type, accountId, body, since }) => {
  if (type === undefined || idOf(type, body) === undefined || code === 'ID_CONFLICT') return undefined;
  const entry = ledger.recorded({ type, accountId, body });
  return isBy(entry, since) ? `its id was recorded before, at ${entry.position}` : undefined;
};

/** A conflict is reported with both contents (DESIGN 2.9); a batch with many leaves them out, and says so. @param {Ledger} ledger @param {any} claim */
const contentsFault = (ledger, claim) => {
  const { body, existing, received, detail, isWithContents } = claim;
  if (!isWithContents || !isConflict(claim.code)) return undefined;
  if (existing === undefined && detail.includes('contents are left out')) return undefined;
  const { data } =
    (claim.code === 'ACCOUNT_EXISTS' ? ledger.openings.get(claim.accountId) : ledger.recorded(claim)) ?? {};
  if (contentOf(existing) !== contentOf(data)) return `it shows ${contentOf(existing)} as what exists`;
  return contentOf(received) === contentOf(body) ? undefined : `it shows ${contentOf(received)} as what was received`;
};

/** What is wrong with a claim; undefined if nothing is. @param {Ledger} ledger @param {DatedClaim} claim */
const claimFault = (ledger, claim) => {
  const untruth = untruths[claim.code];
  if (untruth === undefined) return 'that is no reason of the ledger';
  return untruth(ledger, claim) || repeatFault(ledger, claim) || contentsFault(ledger, claim);
};

/** Every refusal and every forecast is true by the log. @param {readonly any[]} events @param {import('./report').Report} report */
const checkClaims = (events, report) => {
  const ledger = readLedger(events);
  for (const claim of report.claims) {
    const fault = claimFault(ledger, claim);
    if (fault) report.fault(`${claim.code} is not true: ${fault}: ${JSON.stringify(claim).slice(0, 900)}`);
  }
};

/** The codes a claim can have. */
const claimCodes = new Set(Object.keys(untruths));

module.exports = { checkClaims, claimCodes, claimFault };
