import { createHash } from 'node:crypto';
import type { Reversal, Usage } from '@tollgate/balance';
import { parseBody, recordIdPattern, reversal, usage } from '@tollgate/contracts';
import { rateLeg } from '@tollgate/rating';
import type { Partners } from './rate-cdr';

/** What a history tells of usage and of what was reversed; other events are passed over. `numbers`: why it has no caller and callee. */
export type HistoryEntry = { type: string; data: unknown; numbers?: string | undefined };

/** Usage by when its call was answered; `until` is exclusive. */
export type RerateSelection = { destination: string; from: Date; until: Date; reason: string; actor: string };

/** One call that is charged otherwise: what is taken back, if it is not yet, and what is charged instead. */
export type Correction = { before: Usage; reversal: Reversal | undefined; after: Usage };
type RerateFault = { usageId: string; detail: string };
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
  const { last, reversals, ids } = lastOfCalls(history);
  const result: RerateResult = { chosen: 0, corrections: [], faults: [] };
  for (const [origin, { entry, run, numbers }] of last) {
    const reversalId = reversalIdOf(entry.usageId);
    const taken = reversals.get(entry.usageId);
    const isOurs = taken === reversalId;
    if (!isChosen({ entry, numbers }, selection) || (taken !== undefined && !isOurs)) continue;
    result.chosen += 1;
    const { usageId } = freeIdAfter(ids.usage, origin, run);
    const isReversible = isOurs || !ids.reversal.has(reversalId);
    const after = afterOf(partners, { origin, entry, numbers, usageId, isReversible });
    if ('detail' in after) result.faults.push({ usageId: entry.usageId, detail: after.detail });
    else if (isOurs || after.amount !== entry.amount)
      result.corrections.push({ before: entry, reversal: isOurs ? undefined : reversalOf(entry, selection), after });
  }
  return result;
};

type Recorded = { entry: Usage; numbers?: string | undefined };
type Last = Recorded & { run: number };
/** What is charged again under which id, and which call it is of. */
type Again = Recorded & { origin: string; usageId: string; isReversible: boolean };

/** What would be charged instead; or why that is nothing. */
const afterOf = (
  partners: Partners,
  { origin, entry, numbers, usageId, isReversible }: Again,
): Usage | { detail: string } => {
  if (numbers !== undefined) return { detail: `its numbers are ${numbers}: what it costs by the deck cannot be known` };
  const outcome = priceNow(partners, entry);
  if ('detail' in outcome) return outcome;
  const after = chargedAgain(entry, { origin, usageId }, outcome);
  if (after.amount === entry.amount) return after;
  return isReversible ? accepted(after) : { detail: `another reversal has the id ${reversalIdOf(entry.usageId)}` };
};

/** Or why the ledger would refuse it: nothing is taken back that cannot be charged again. */
const accepted = (after: Usage): Usage | { detail: string } => {
  const parsed = parseBody(usage, after);
  return parsed.ok ? after : { detail: `what would be charged instead is refused: ${parsed.detail}` };
};

/** The attribute alone makes no usage another run of a call, for a switch may name one so: its id must say the same. */
const lastOfCalls = (history: readonly HistoryEntry[]) => {
  const last = new Map<string, Last>();
  const reversals = new Map<string, string>();
  const ids = { usage: new Set<string>(), reversal: new Set<string>() };
  for (const { type, data, numbers } of history) {
    if (type === 'EntryReversed') {
      const { reversalId, of } = read(reversal, data);
      ids.reversal.add(reversalId);
      if (of.kind === 'usage') reversals.set(of.id, reversalId);
    }
    if (type !== 'UsageCharged') continue;
    const entry = read(usage, data);
    const origin = originOf(entry);
    const before = last.get(origin);
    const { run, usageId } = freeIdAfter(ids.usage, origin, before?.run ?? 0);
    if (before !== undefined && entry.usageId === usageId) last.set(origin, { entry, numbers, run });
    else last.set(entry.usageId, { entry, numbers, run: 1 });
    ids.usage.add(entry.usageId);
  }
  return { last, reversals, ids };
};

/** The next run of a call whose id nobody has: one that a switch or an operator gave to other usage is passed over. */
const freeIdAfter = (taken: ReadonlySet<string>, origin: string, last: number): { run: number; usageId: string } => {
  for (let run = last + 1; ; run += 1) {
    const usageId = againIdOf(origin, run);
    if (!taken.has(usageId)) return { run, usageId };
  }
};

const read = <Value>(schema: Parameters<typeof parseBody<Value>>[0], data: unknown): Value => {
  const parsed = parseBody(schema, data);
  if (!parsed.ok) throw new Error(`a history holds what no ledger of this version writes: ${parsed.detail}`);
  return parsed.value;
};

const originOf = ({ usageId, attributes }: Usage): string => attributes?.[originAttribute] ?? usageId;

const isChosen = ({ entry, numbers }: Recorded, { destination, from, until }: RerateSelection): boolean => {
  const { callee, startedAt, attributes } = entry;
  if (startedAt === undefined) return false;
  const at = Date.parse(startedAt);
  if (at < from.getTime() || at >= until.getTime()) return false;
  if (callee !== undefined) return callee.replace(/^\+/, '').startsWith(destination);
  // Where its number cannot be had, the prefix that it was rated by tells as much as it does.
  const prefix = attributes?.['prefix'] ?? '';
  return numbers !== undefined && (prefix.startsWith(destination) || destination.startsWith(prefix));
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
const chargedAgain = (
  before: Usage,
  { origin, usageId }: { origin: string; usageId: string },
  { amount, prefix }: { amount: string; prefix: string },
): Usage => {
  const { authorizationId: _settled, final: _final, ...kept } = before;
  return {
    ...kept,
    usageId,
    amount,
    attributes: { ...before.attributes, prefix, [originAttribute]: origin },
  };
};

const againIdOf = (origin: string, run: number): string => shortened(`${origin}/r${String(run)}`);

const reversalIdOf = (usageId: string): string => shortened(`${usageId}/rerated`);

const shortened = (id: string): string =>
  recordIdPattern.test(id) ? id : `sha256:${createHash('sha256').update(id).digest('hex')}`;
