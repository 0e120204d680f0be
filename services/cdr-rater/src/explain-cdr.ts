import type { Cdr } from '@tollgate/contracts';
import { explainLeg } from '@tollgate/rating';
import { rateCdr } from './rate-cdr';
import type { Partners } from './rate-cdr';

/** Lines for people: of each leg what it costs and why, or why it has no price. */
export const explainCdr = (partners: Partners, cdr: Cdr): { lines: string[]; isRated: boolean } => {
  const { usages, unrated } = rateCdr(partners, cdr);
  const lines = [`${cdr.cdrId}: to ${cdr.callee}, answered ${cdr.startedAt}`];
  for (const { direction, accountId, amount, currency, usageId } of usages) {
    const rating = partners.get(accountId)?.[direction];
    lines.push(`  ${direction}, ${accountId}: ${amount} ${currency} as ${usageId}`);
    if (rating !== undefined) lines.push(...explainLeg(rating, cdr).map((line) => `    ${line}`));
  }
  for (const { leg, reason, detail } of unrated) lines.push(`  ${leg}: ${reason}: ${detail}`);
  return { lines, isRated: unrated.length === 0 };
};
