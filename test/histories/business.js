// @ts-check
'use strict';

/** @typedef {import('../reliability/random').Random} Random */
/** @typedef {{ kind: string, body: Record<string, any> }} Entry */
/** @typedef {{ method: string, path: string, body: string, type?: string }} Call */

const accountCount = 40;
/** Whose amounts are so large that sums pass 18 digits. */
const vastAccounts = ['partner-38', 'partner-39'];
const subsets = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) =>
  ['inbound', 'outbound', 'mutual'].filter((_, bit) => (bits >> bit) & 1),
);
const formulas = ['outbound-minus-inbound', 'inbound-minus-outbound'];
const limits = [undefined, { inbound: '1' }, { outbound: '2.5', mutual: '0.0000000001' }, { mutual: '10' }];
const names = ['Acme Telecom', 'Télécom Ünïted', '東京電話', 'Связь № 7', 'مكالمات', 'Nokia "3310" \\ Söhne', '☎️ 📞'];
const amounts = ['1', '2', '0.5', '10', '2.5', '0.0000000001', '123.4567891234', '7.10'];
const vastAmounts = [
  '999999999999999999.9999999999',
  '100000000000000000.0000000001',
  '999999999999999999',
  '0.9999999999',
];
const attributes = [
  { codec: 'G.711' },
  { Städt: 'Zürich', キャリア: 'ソフトバンク', '📞': 'naïve "quoted" \\ \u0001 \u2028 \ud800' },
  { z: '1', a: '2', 10: 'ten', 9: 'nine' },
];
const paths = { payment: '/v1/payments', usage: '/v1/usage', adjustment: '/v1/adjustments', reversal: '/v1/reversals' };

/** @param {string} method @param {string} path @param {unknown} body @returns {Call} */
const callOf = (method, path, body) => ({ method, path, body: JSON.stringify(body) });

/** What partners, finance and the rater send: the same for the same seed. */
class Business {
  /** @param {Random} random */
  constructor(random) {
    this.random = random;
    this.serial = 0;
    this.accountIds = Array.from({ length: accountCount }, (_, index) => `partner-${index}`);
    /** @type {Entry[]} */
    this.sent = [];
  }

  /** All rules and both formulas. @param {number} number */
  rule(number) {
    const creditLimits = limits[number % limits.length];
    return {
      balances: subsets[number % subsets.length],
      ...(creditLimits && { creditLimits }),
      ...(number % 3 > 0 && { mutualFormula: formulas[Math.floor(number / subsets.length) % 2] }),
    };
  }

  /** Each account, some with a rule and a name; some twice, and some again with another currency. @returns {Call[]} */
  openings() {
    return this.accountIds.flatMap((accountId, number) => {
      const opening = {
        accountId,
        ...(number % 4 > 0 && { name: names[number % names.length] }),
        currency: number % 5 === 4 ? 'USD' : 'EUR',
        ...(number % 7 > 0 && { cutoff: this.rule(number) }),
      };
      const again = { ...opening, ...(number % 2 === 0 && { currency: 'CHF' }) };
      return [opening, ...(number % 6 === 0 ? [again] : [])].map((body) => callOf('POST', '/v1/accounts', body));
    });
  }

  /** Changes of rules, and some that change nothing. @param {number} count @returns {Call[]} */
  ruleChanges(count) {
    return Array.from({ length: count }, () => {
      const accountId = this.random.oneOf(this.accountIds);
      return callOf('PUT', `/v1/accounts/${accountId}/cutoff`, this.rule(this.random.below(48)));
    });
  }

  /** @param {string} [kind] @returns {Entry} */
  entry(kind = this.random.oneOf(['payment', 'payment', 'usage', 'usage', 'usage', 'adjustment', 'reversal'])) {
    this.serial += 1;
    const id = this.serial % 50 === 0 ? `"${this.serial}"\\{!~}` : `${kind}-${this.serial}`;
    const accountId = this.random.oneOf(this.accountIds);
    const number = this.accountIds.indexOf(accountId);
    const base = {
      accountId,
      direction: this.random.oneOf(['inbound', 'outbound']),
      amount: this.random.oneOf(vastAccounts.includes(accountId) ? vastAmounts : amounts),
      currency: this.random.isLucky(0.02) ? 'XXX' : number % 5 === 4 ? 'USD' : 'EUR',
    };
    return this.note({ kind, body: this.bodyOf(kind, id, base) });
  }

  /** @param {string} kind @param {string} id @param {{ accountId: string, amount: string }} base @returns {Record<string, any>} */
  bodyOf(kind, id, base) {
    const said = { reason: 'im Gespräch geklärt', actor: 'Zoë' };
    if (kind === 'reversal')
      return { reversalId: id, accountId: base.accountId, of: this.original(base.accountId), ...said };
    if (kind === 'adjustment')
      return { adjustmentId: id, ...base, amount: `${this.random.isLucky(0.5) ? '-' : ''}${base.amount}`, ...said };
    if (kind === 'payment')
      return {
        ...{ paymentId: id, ...base },
        ...(this.random.isLucky(0.5) && {
          paidAt: '2026-01-31T12:00:00.123456789Z',
          reference: 'Rechnung № 12 – März',
        }),
      };
    return {
      ...{ usageId: id, ...base, amount: this.random.isLucky(0.05) ? '0' : base.amount },
      ...(this.random.isLucky(0.5) && {
        callId: `call/${id}`,
        startedAt: '2026-02-28T23:59:59Z',
        durationSeconds: 61.25,
      }),
      ...(this.random.isLucky(0.3) && {
        caller: '+41 44 668 18 00',
        callee: 'sip:böb@example',
        ratedAt: '2026-03-01T00:00:00Z',
      }),
      ...(this.random.isLucky(0.4) && { attributes: this.random.oneOf(attributes) }),
    };
  }

  /** What a reversal of this account names: mostly what is there, of each kind, now and then what is not. @param {string} accountId */
  original(accountId) {
    const kind = this.random.oneOf(['payment', 'usage', 'adjustment']);
    const known = this.sent.filter((entry) => entry.kind === kind && entry.body['accountId'] === accountId);
    if (known.length === 0 || this.random.isLucky(0.05)) return { kind, id: 'never-sent' };
    return { kind, id: this.random.oneOf(known).body[`${kind}Id`] };
  }

  /** @param {Entry} entry */
  note(entry) {
    this.sent.push(entry);
    return entry;
  }

  /** New; or sent before; or sent before with another amount, which is a conflict. @param {string} [kind] @returns {Entry} */
  entryOrAgain(kind) {
    if (this.sent.length === 0 || !this.random.isLucky(0.12)) return this.entry(kind);
    const known = kind === undefined ? this.sent : this.sent.filter((entry) => entry.kind === kind);
    if (known.length === 0) return this.entry(kind);
    const { kind: again, body } = this.random.oneOf(known);
    return { kind: again, body: this.random.isLucky(0.3) && 'amount' in body ? { ...body, amount: '3' } : body };
  }

  /** @param {number} count @returns {Call[]} */
  singles(count) {
    return Array.from({ length: count }, () => singleOf(this.entryOrAgain()));
  }

  /** Lines of several kinds, and here and there one that is broken. @param {number} lines @returns {Call} */
  batch(lines) {
    const body = Array.from({ length: lines }, () => {
      if (this.random.isLucky(0.01)) return '{"kind":"payment","paymentId":';
      const { kind, body } = this.entryOrAgain();
      return JSON.stringify({ kind, ...body });
    });
    return { method: 'POST', path: '/v1/batch', body: body.join('\n'), type: 'application/x-ndjson' };
  }

  /** Messages for a topic. @param {'payment' | 'usage'} kind @param {number} count */
  messages(kind, count) {
    return Array.from({ length: count }, () => {
      const { body } = this.entryOrAgain(kind);
      return { key: String(body['accountId']), value: /** @type {Buffer | string | null} */ (JSON.stringify(body)) };
    });
  }

  /** Turns both directions at once, there and back, again and again. @param {number} times @returns {Call[]} */
  bothDirections(times) {
    const accountId = 'both-ways';
    const cutoff = { balances: ['outbound', 'mutual'] };
    const base = { accountId, direction: 'outbound', amount: '10', currency: 'EUR' };
    const calls = [callOf('POST', '/v1/accounts', { accountId, currency: 'EUR', cutoff })];
    for (let turn = 0; turn < times; turn += 1) {
      const paymentId = `both-${turn}`;
      calls.push(callOf('POST', paths.payment, { paymentId, ...base }));
      const of = { kind: 'payment', id: paymentId };
      const reversal = { reversalId: `back-${turn}`, accountId, of, reason: 'zurück', actor: 'Zoë' };
      calls.push(callOf('POST', paths.reversal, reversal));
    }
    return calls;
  }

  /** One account that each call turns. @param {string} accountId @param {number} turns @returns {Call[]} */
  flips(accountId, turns) {
    const base = { accountId, direction: 'inbound', amount: '1', currency: 'EUR' };
    const opening = callOf('POST', '/v1/accounts', { accountId, currency: 'EUR', cutoff: { balances: ['inbound'] } });
    const calls = Array.from({ length: turns }, () => {
      this.serial += 1;
      const kind = this.serial % 2 === 0 ? 'payment' : 'usage';
      return callOf('POST', paths[kind], { [`${kind}Id`]: `flip-${this.serial}`, ...base });
    });
    return [opening, ...calls];
  }
}

/** @param {Entry} entry @returns {Call} */
const singleOf = ({ kind, body }) => callOf('POST', paths[/** @type {keyof paths} */ (kind)], body);

/** What a topic may bring that no schema and no rule takes. */
const badMessages = [
  { key: 'partner-1', value: '{"paymentId":' },
  { key: 'partner-1', value: null },
  { key: 'partner-1', value: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]) },
  { key: 'partner-1', value: '"payment"' },
  {
    key: 'nobody',
    value: '{"paymentId":"x","accountId":"nobody","direction":"inbound","amount":"1","currency":"EUR"}',
  },
  {
    key: 'partner-1',
    value: '{"paymentId":"y","accountId":"partner-1","direction":"inbound","amount":"1","currency":"JPY"}',
  },
  {
    key: 'partner-1',
    value: '{"paymentId":"z","accountId":"partner-1","direction":"inbound","amount":"1e3","currency":"EUR"}',
  },
  {
    key: 'partner-1',
    value: '{"paymentId":"ü","accountId":"partner-1","direction":"inbound","amount":"1","currency":"EUR"}',
  },
];

module.exports = { Business, badMessages };
