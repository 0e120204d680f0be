import { directions } from '@tollgate/balance';
import type { Direction, Usage } from '@tollgate/balance';
import { authorizationAttributes } from '@tollgate/contracts';
import type { Cdr, UnratedReason } from '@tollgate/contracts';
import { rateLeg } from '@tollgate/rating';
import type { LegRating } from '@tollgate/rating';
import { usageIdOf } from './usage-id';

/** How each account's legs are rated; a direction that is absent has no deck. */
export type Partners = ReadonlyMap<string, Partial<Record<Direction, LegRating>>>;

export type UnratedLeg = { reason: UnratedReason; detail: string; leg: Direction };
export type RatedCdr = { usages: Usage[]; unrated: UnratedLeg[] };

/** Each leg by itself: that one has no price keeps the other from nothing. The same CDR and decks give the same usage, always. */
export const rateCdr = (partners: Partners, cdr: Cdr): RatedCdr => {
  const result: RatedCdr = { usages: [], unrated: [] };
  for (const leg of directions) {
    if (cdr.legs?.includes(leg) === false) continue;
    const outcome = usageOf(partners, cdr, leg);
    if ('reason' in outcome) result.unrated.push(outcome);
    else result.usages.push(outcome);
  }
  return result;
};

const usageOf = (partners: Partners, cdr: Cdr, leg: Direction): Usage | UnratedLeg => {
  const accountId = leg === 'inbound' ? cdr.originator : cdr.terminator;
  const partner = partners.get(accountId);
  if (partner === undefined)
    return { reason: 'NO_PARTNER', detail: `the rater's configuration has no account ${accountId}`, leg };
  const rating = partner[leg];
  if (rating === undefined)
    return { reason: 'NO_DECK', detail: `account ${accountId} has no deck for calls ${leg}`, leg };
  const rated = rateLeg(rating, cdr);
  if (!rated.ok) return { reason: rated.reason, detail: rated.detail, leg };
  const { callId, caller, callee, startedAt, durationMs, attributes } = cdr;
  const authorizationId = attributes?.[authorizationAttributes[leg]];
  return {
    usageId: usageIdOf(cdr.cdrId, leg),
    accountId,
    direction: leg,
    amount: rated.amount,
    currency: rated.currency,
    ...(callId !== undefined && { callId }),
    startedAt,
    endedAt: new Date(Date.parse(startedAt) + durationMs).toISOString(),
    durationSeconds: durationMs / 1_000,
    ...(caller !== undefined && { caller }),
    callee,
    attributes: { ...withoutAuthorizations(attributes), cdrId: cdr.cdrId, prefix: rated.match.prefix },
    ...(authorizationId !== undefined && { authorizationId }),
  };
};

const authorizationNames: readonly string[] = Object.values(authorizationAttributes);

const withoutAuthorizations = (attributes: Record<string, string> | undefined): Record<string, string> | undefined =>
  attributes && Object.fromEntries(Object.entries(attributes).filter(([name]) => !authorizationNames.includes(name)));
