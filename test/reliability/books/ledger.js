// @ts-check
'use strict';

/** @typedef {import('../random').Random} Random */

/** Ids with every character that a book has to write otherwise. */
const accountIds = [
  'acme',
  'a.b',
  'a-b',
  'a_b',
  'A-d',
  '0',
  'x--y',
  'x-.y',
  ...Array.from({ length: 40 }, (_, n) => `p-${n}`),
];

const rules = [
  undefined,
  { balances: [] },
  { balances: ['inbound'], creditLimits: { inbound: '50' } },
  { balances: ['outbound'] },
  { balances: ['mutual'] },
  { balances: ['mutual'], mutualFormula: 'inbound-minus-outbound', creditLimits: { mutual: '1000.5' } },
  { balances: ['inbound', 'outbound', 'mutual'] },
];
const currencies = ['EUR', 'USD', 'XAF'];

/** Accounts of every rule. @param {Random} random */
const openings = (random) =>
  accountIds.map((accountId, index) => {
    const cutoff = rules[index % rules.length];
    return { accountId, currency: random.oneOf(currencies), ...(cutoff && { cutoff }) };
  });

/** Mostly of the trade, now and then as long as an amount may be. @param {Random} random */
const amountOf = (random) => {
  const digits = (/** @type {number} */ most) =>
    Array.from({ length: 1 + random.below(most) }, () => random.below(10)).join('');
  const whole = random.isLucky(0.01) ? digits(17) : digits(3);
  return `${whole.replace(/^0+(?=\d)/, '')}.${digits(10)}`;
};

const day = 86_400_000;
const begun = Date.parse('2026-01-31T00:00:00Z');

/** Lines of batches without an end: usage, most of it late, payments, adjustments and reversals of what came before. @param {Random} random @param {{ accountId: string, currency: string }[]} accounts */
const createLines = (random, accounts) => {
  let serial = 0;
  /** What can be reversed. @type {{ accountId: string, kind: string, id: string }[]} */
  const entries = [];
  const said = { reason: 'random', actor: 'proof' };
  return () => {
    serial += 1;
    const id = `e;"${serial}`;
    if (entries.length > 0 && random.isLucky(0.08)) {
      const [{ accountId, ...of }] = /** @type {[any]} */ (entries.splice(random.below(entries.length), 1));
      return { kind: 'reversal', reversalId: id, accountId, of, ...said };
    }
    const kind = random.oneOf(['usage', 'usage', 'usage', 'usage', 'usage', 'payment', 'payment', 'adjustment']);
    const { accountId, currency } = random.oneOf(accounts);
    entries.push({ accountId, kind, id });
    const direction = random.oneOf(['inbound', 'outbound']);
    const happened = new Date(begun - random.below(400 * day)).toISOString();
    const base = { kind, [`${kind}Id`]: id, accountId, direction, currency };
    if (kind === 'payment') return { ...base, amount: `1${amountOf(random)}`, paidAt: happened };
    if (kind === 'adjustment') return { ...base, amount: `${random.oneOf(['-', ''])}1${amountOf(random)}`, ...said };
    const attributes = random.isLucky(0.9) ? { prefix: random.oneOf(['49', '44', '1', '=1']) } : {};
    return { ...base, amount: amountOf(random), endedAt: happened, attributes };
  };
};

module.exports = { createLines, openings, rules };
