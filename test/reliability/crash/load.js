// @ts-check
'use strict';
const { appendFileSync } = require('node:fs');
const { setTimeout: delay } = require('node:timers/promises');

const rules = [
  { balances: ['inbound'] },
  { balances: ['inbound', 'outbound'], creditLimits: { inbound: '1' } },
  { balances: ['mutual'] },
  { balances: ['mutual', 'inbound'], mutualFormula: 'inbound-minus-outbound', creditLimits: { mutual: '0.5' } },
  { balances: [] },
];
const accountIds = ['acme', 'globex', 'initech', 'umbrella', 'hooli'];
const paths = { payment: '/v1/payments', usage: '/v1/usage', adjustment: '/v1/adjustments', reversal: '/v1/reversals' };

/** @typedef {{ kind: keyof typeof paths, body: Record<string, any> }} Sent */
/** @typedef {{ kind: string, body: Record<string, any>, after: number }} Call */

/**
 * Partners, finance and the rater, who do not stop when Tollgate does: what is not acknowledged is sent again, and part of what is.
 * Every acknowledgement is noted in a file, for the checker.
 */
class Load {
  /** @param {{ pick: (below: number) => number, acknowledgements: string, produce: ((kind: string, text: string) => Promise<void>) | undefined }} parts */
  constructor({ pick, acknowledgements, produce }) {
    this.pick = pick;
    this.acknowledgements = acknowledgements;
    this.produce = produce;
    /** @type {string | undefined} */
    this.url = undefined;
    this.isOver = false;
    this.serial = 0;
    /** @type {Sent[]} */
    this.done = [];
    /** The last position that was acknowledged: what is sent now comes after it. */
    this.position = 0;
    this.resent = 0;
  }

  one(/** @type {any[]} */ list) {
    return list[this.pick(list.length)];
  }

  /** @returns {Sent} */
  next() {
    this.serial += 1;
    const base = {
      accountId: this.one(accountIds),
      direction: this.one(['inbound', 'outbound']),
      amount: this.one(['0.5', '1', '1', '2', '0.0000000001']),
      currency: 'EUR',
    };
    const id = `${this.serial}`;
    const kind = this.one(['payment', 'payment', 'usage', 'usage', 'usage', 'adjustment', 'reversal']);
    if (kind === 'adjustment')
      return { kind, body: { adjustmentId: id, ...base, reason: 'crash proof', actor: 'proof' } };
    if (kind === 'reversal')
      return {
        kind,
        body: {
          reversalId: id,
          accountId: base.accountId,
          of: { kind: 'usage', id: `${1 + this.pick(this.serial)}` },
          reason: 'crash proof',
          actor: 'proof',
        },
      };
    return { kind, body: { [`${kind}Id`]: id, ...base } };
  }

  /** New, or sent before, or sent before with another amount: that is a conflict, and must not count. @returns {Sent} */
  nextOrAgain() {
    if (this.done.length === 0 || this.pick(5) > 0) return this.next();
    const { kind, body } = this.one(this.done);
    return { kind, body: this.pick(8) === 0 && 'amount' in body ? { ...body, amount: '3' } : body };
  }

  /** Answer of Tollgate, or nothing if it gave none. @param {string} method @param {string} path @param {unknown} body */
  async ask(method, path, body) {
    if (this.url === undefined) return undefined;
    try {
      const isBatch = typeof body === 'string';
      const text = isBatch ? body : JSON.stringify(body);
      const contentType = isBatch ? 'application/x-ndjson' : 'application/json';
      const answer = await fetch(`${this.url}${path}`, {
        method,
        headers: { 'content-type': contentType },
        body: text,
        signal: AbortSignal.timeout(5_000),
      });
      return { status: answer.status, text: await answer.text() };
    } catch {
      return undefined;
    }
  }

  /** Asks until there is an answer that is not "try again". @param {string} method @param {string} path @param {unknown} body */
  async insist(method, path, body) {
    while (!this.isOver) {
      const answer = await this.ask(method, path, body);
      if (answer !== undefined && answer.status >= 500 && answer.status !== 503)
        throw new Error(`P5: ${method} ${path} is answered ${answer.status}: ${answer.text}`);
      if (answer !== undefined && answer.status < 500) return answer;
      await delay(30);
    }
    return undefined;
  }

  /** An acknowledgement or a refusal, for the checker; `after` is what was acknowledged before the call was made. */
  note(/** @type {Call} */ { kind, body, after }, /** @type {any} */ answer) {
    appendFileSync(this.acknowledgements, `${JSON.stringify({ kind, body, after, answer })}\n`);
    this.position = Math.max(this.position, Number(answer.position ?? 0));
    if (answer.duplicate) this.resent += 1;
  }

  /** Insists on an answer to one call and notes it. @param {string} method @param {string} path @param {{ kind: string, body: any, sent?: any }} call */
  async call(method, path, { kind, body, sent = body }) {
    const after = this.position;
    const answer = await this.insist(method, path, sent);
    if (answer !== undefined) this.note({ kind, body, after }, JSON.parse(answer.text));
    return answer !== undefined;
  }

  async sendOne() {
    const sent = this.nextOrAgain();
    if (await this.call('POST', paths[sent.kind], sent)) this.remember([sent]);
  }

  async sendBatch() {
    const batch = Array.from({ length: 1 + this.pick(20) }, () => this.nextOrAgain());
    const lines = batch.map(({ kind, body }) => JSON.stringify({ kind, ...body })).join('\n');
    const after = this.position;
    const answer = await this.insist('POST', '/v1/batch', lines);
    if (answer === undefined) return;
    const answers = answer.text.trim().split('\n');
    batch.forEach((sent, index) => this.note({ ...sent, after }, JSON.parse(answers[index] ?? '')));
    this.remember(batch);
  }

  remember(/** @type {Sent[]} */ sent) {
    this.done = [...this.done, ...sent].slice(-500);
  }

  async changeRule() {
    const accountId = this.one(accountIds);
    const rule = this.one(rules);
    await this.call('PUT', `/v1/accounts/${accountId}/cutoff`, { kind: 'rule', body: { accountId, rule }, sent: rule });
    await delay(20);
  }

  /** Over Kafka: payments and calls, some twice, some that HTTP has sent too or sends later, some garbage. */
  async produceSome() {
    const { kind, body } = this.nextOrAgain();
    const topic = kind === 'payment' ? 'payments' : 'usage';
    const text =
      this.pick(12) === 0
        ? this.one([
            '{',
            '[]',
            '{"usageId":"x"}',
            '{"paymentId":"p","accountId":"nobody","direction":"inbound","amount":"1","currency":"EUR"}',
          ])
        : JSON.stringify(body);
    for (let copies = this.pick(6) === 0 ? 2 : 1; copies > 0; copies -= 1) await this.produce?.(topic, text);
    this.remember([{ kind, body }]);
    await delay(3);
  }

  async run() {
    await Promise.all(
      accountIds.map((accountId) => {
        const body = { accountId, currency: 'EUR', cutoff: this.one(rules) };
        return this.call('POST', '/v1/accounts', { kind: 'opening', body });
      }),
    );
    const forEver = async (/** @type {() => Promise<void>} */ act) => {
      while (!this.isOver) await act();
    };
    const workers = [
      ...Array(4).fill(() => this.sendOne()),
      ...Array(2).fill(() => this.sendBatch()),
      () => this.changeRule(),
    ];
    if (this.produce !== undefined) workers.push(() => this.produceSome());
    await Promise.all(workers.map(forEver));
  }
}

module.exports = { Load };
