import { createHash } from 'node:crypto';
import type { Reversal, Usage } from '@tollgate/balance';
import { parseBody, recordIdPattern, reversal, usage } from '@tollgate/contracts';
import { rateLeg } from '@tollgate/rating';
import type { Partners } from './rate-cdr';

/** What a history tells of usage and of what was reversed; other events are passed over. */
export type HistoryEntry = { type: string; data: unknown };

/** Usage by when its call was answered; `until` is exclusive. */
export type RerateSelection = { destination: string; from: Date; until: Date; reason: string; actor: string };

/** One call that is charged otherwise: what is taken back, if it is not yet, and what is charged instead. */
export type Correction = { before: Usage; reversal: Reversal | undefined; after: Usage };
export type RerateFault = { usageId: string; detail: string };
export type RerateResult = { chosen: number; corrections: Correction[]; faults: RerateFault[] };

/** Of usage that is charged again, the attribute that names the first one. */
const originAttribute = 'rerates';

/**
 * What an account's usage of some calls costs by the decks as they are now, where that differs. The last usage of each call counts; one
 * that was taken back for this, and not charged again since, is charged now: so a run that was cut short is finished by the next.
 */
export const rerate = (
  partners: Partners,
  history: readonly HistoryEntry[],
  selection: RerateSelection,
): RerateResult => {
  const { last, reversals } = lastOfCalls(history);
  const result: RerateResult = { chosen: 0, corrections: [], faults: [] };
  for (const { entry, run } of last.values()) {
    const taken = reversals.get(entry.usageId);
    const isOurs = taken === reversalIdOf(entry.usageId);
    if (!isChosen(entry, selection) || (taken !== undefined && !isOurs)) continue;
    result.chosen += 1;
    const outcome = priceNow(partners, entry);
    if ('detail' in outcome) result.faults.push({ usageId: entry.usageId, detail: outcome.detail });
    else if (isOurs || outcome.amount !== entry.amount)
      result.corrections.push({
        before: entry,
        reversal: isOurs ? undefined : reversalOf(entry, selection),
        after: chargedAgain(entry, run + 1, outcome),
      });
  }
  return result;
};

type Last = { entry: Usage; run: number };

const lastOfCalls = (history: readonly HistoryEntry[]) => {
  const last = new Map<string, Last>();
  const reversals = new Map<string, string>();
  for (const { type, data } of history) {
    if (type === 'EntryReversed') {
      const { reversalId, of } = read(reversal, data);
      if (of.kind === 'usage') reversals.set(of.id, reversalId);
    }
    if (type !== 'UsageCharged') continue;
    const entry = read(usage, data);
    const origin = originOf(entry);
    last.set(origin, { entry, run: (last.get(origin)?.run ?? 0) + 1 });
  }
  return { last, reversals };
};

const read = <Value>(schema: Parameters<typeof parseBody<Value>>[0], data: unknown): Value => {
  const parsed = parseBody(schema, data);
  if (!parsed.ok) throw new Error(`a history holds what no ledger of this version writes: ${parsed.detail}`);
  return parsed.value;
};

const originOf = ({ usageId, attributes }: Usage): string => attributes?.[originAttribute] ?? usageId;

const isChosen = ({ callee, startedAt }: Usage, { destination, from, until }: RerateSelection): boolean => {
  if (callee === undefined || startedAt === undefined) return false;
  const at = Date.parse(startedAt);
  return callee.replace(/^\+/, '').startsWith(destination) && from.getTime() <= at && at < until.getTime();
};

type PriceNow = { amount: string; prefix: string } | { detail: string };

const priceNow = (partners: Partners, { accountId, direction, currency, ...entry }: Usage): PriceNow => {
  const { callee = '', startedAt = '', durationSeconds } = entry;
  if (durationSeconds === undefined) return { detail: 'it does not say how long the call was' };
  const rating = partners.get(accountId)?.[direction];
  if (rating === undefined) return { detail: `account ${accountId} has no deck for calls ${direction}` };
  const durationMs = Math.round(durationSeconds * 1_000);
  const rated = rateLeg(rating, { callee, startedAt, durationMs });
  if (!rated.ok) return { detail: `${rated.reason}: ${rated.detail}` };
  if (rated.currency !== currency) return { detail: `it is in ${currency}, and the deck in ${rated.currency}` };
  return { amount: rated.amount, prefix: rated.match.prefix };
};

const reversalOf = ({ usageId, accountId }: Usage, { reason, actor }: RerateSelection): Reversal => ({
  reversalId: reversalIdOf(usageId),
  accountId,
  of: { kind: 'usage', id: usageId },
  reason,
  actor,
});

/** The authorisation was settled by the first usage of the call. */
const chargedAgain = (before: Usage, run: number, { amount, prefix }: { amount: string; prefix: string }): Usage => {
  const { authorizationId: _settled, final: _final, ...kept } = before;
  const origin = originOf(before);
  return {
    ...kept,
    usageId: shortened(`${origin}/r${String(run)}`),
    amount,
    attributes: { ...before.attributes, prefix, [originAttribute]: origin },
  };
};

const reversalIdOf = (usageId: string): string => shortened(`${usageId}/rerated`);

const shortened = (id: string): string =>
  recordIdPattern.test(id) ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`;
