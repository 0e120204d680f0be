// @ts-check
'use strict';
const { createHash } = require('node:crypto');
const { isDeepStrictEqual } = require('node:util');
const { default: Decimal } = require('decimal.js');

const Exact = Decimal.clone({ precision: 60 });
const balances = ['inbound', 'outbound', 'mutual'];
const guarded = { inbound: 'inbound', outbound: 'outbound', mutual: 'inbound' };

/** A broken promise, with the promise's number (DESIGN 8). */
class Violation extends Error {}

/** @param {unknown} isHeld @param {string} promise */
const hold = (isHeld, promise) => {
  if (!isHeld) throw new Violation(promise);
};

/** Reads the log event by event and knows, from DESIGN section 2 alone, what may stand there next. */
class Oracle {
  constructor() {
    this.read = 0;
    /** @type {Map<string, any>} */
    this.accounts = new Map();
    /** Log entry by kind, account and id. @type {Map<string, any>} */
    this.entries = new Map();
    /** Decisions by account, in order. @type {Map<string, any[]>} */
    this.decisions = new Map();
    /** Refused messages by place. @type {Map<string, any>} */
    this.rejections = new Map();
  }

  /** @param {readonly any[]} events The whole log so far. */
  follow(events) {
    for (; this.read < events.length; this.read += 1) this.apply(events[this.read]);
  }

  apply(/** @type {any} */ event) {
    if (event.stream.startsWith('rejected-')) {
      const { topic, partition, offset } = event.data.source;
      const place = `${topic}/${partition}/${offset}`;
      hold(!this.rejections.has(place), `P5: ${place} is rejected twice`);
      this.rejections.set(place, event.data);
    } else if (event.stream.startsWith('cutoff-')) this.applyDecision(event);
    else this.applyAccount(event);
  }

  applyAccount(/** @type {any} */ event) {
    const { type, data } = event;
    if (type === 'AccountOpened') {
      hold(!this.accounts.has(data.accountId), `P1: ${data.accountId} is opened twice`);
      this.accounts.set(data.accountId, {
        rule: data.cutoff,
        sums: { inbound: new Exact(0), outbound: new Exact(0) },
        state: { inbound: false, outbound: false },
        due: [],
        revision: -1,
      });
    }
    const account = this.accounts.get(event.stream.slice('account-'.length));
    hold(account, `P1: ${type} before the account is open`);
    hold(event.revision === account.revision + 1, `P1: a gap in ${event.stream}`);
    account.revision = event.revision;
    if (type === 'CutoffChanged') account.rule = data;
    const key = keyOf(event);
    if (key) {
      hold(!this.entries.has(key), `P1: ${key} counts twice`);
      this.entries.set(key, event);
      this.add(account, event);
    }
    this.expectEdges(account, event);
  }

  add(/** @type {any} */ account, /** @type {any} */ { type, data }) {
    if (type === 'EntryReversed') {
      const original = this.entries.get(`${data.of.kind} ${data.accountId} ${data.of.id}`);
      hold(original && !original.isReversed, `P1: ${data.of.id} is reversed twice, or was never there`);
      original.isReversed = true;
      account.sums[original.data.direction] = account.sums[original.data.direction].minus(effectOf(original));
    } else account.sums[data.direction] = account.sums[data.direction].plus(effectOf({ type, data }));
  }

  expectEdges(/** @type {any} */ account, /** @type {any} */ event) {
    for (const direction of ['inbound', 'outbound']) {
      const exhausted = account.rule.balances.filter(
        (/** @type {'inbound'} */ balance) => guarded[balance] === direction && this.available(account, balance).lte(0),
      );
      const isBlocked = exhausted.length > 0;
      if (isBlocked === account.state[direction]) continue;
      account.state[direction] = isBlocked;
      account.due.push({
        type: isBlocked ? 'TrafficBlocked' : 'TrafficUnblocked',
        direction,
        cause: { type: event.type, eventId: event.eventId, stream: event.stream, revision: event.revision },
        exhausted: exhausted.sort().join(),
        balances: this.shown(account).balances,
      });
    }
  }

  available(/** @type {any} */ { rule, sums }, /** @type {string} */ balance) {
    const limit = rule.creditLimits?.[balance] ?? 0;
    return this.balance({ rule, sums }, balance).plus(limit);
  }

  balance(/** @type {any} */ { rule, sums }, /** @type {string} */ balance) {
    if (balance !== 'mutual') return sums[balance];
    const difference = sums.outbound.minus(sums.inbound);
    return rule.mutualFormula === 'inbound-minus-outbound' ? difference.negated() : difference;
  }

  /** A decision must be the next edge that is due, with its cause, its balances and the next sequence. */
  applyDecision(/** @type {any} */ { type, data, stream, revision }) {
    const account = this.accounts.get(stream.slice('cutoff-'.length));
    const due = account?.due.shift();
    const told = `${type} ${data.direction} of ${data.accountId}, sequence ${data.sequence}`;
    hold(due, `P3: ${told} is decided, and no edge is due`);
    hold(
      due.type === type && due.direction === data.direction,
      `P3: ${told} is decided, ${due.type} ${due.direction} is due`,
    );
    hold(
      isDeepStrictEqual(data.cause, due.cause),
      `P3: ${told} names ${JSON.stringify(data.cause)} as its cause, not ${JSON.stringify(due.cause)}`,
    );
    hold(data.sequence === revision + 1, `P3: ${told} stands at revision ${revision}`);
    hold(
      isDeepStrictEqual(data.balances, due.balances),
      `P2: ${told} shows ${JSON.stringify(data.balances)}, not ${JSON.stringify(due.balances)}`,
    );
    hold(
      due.exhausted === [...data.exhausted].sort().join(),
      `P3: ${told} names ${data.exhausted} as exhausted, not ${due.exhausted}`,
    );
    this.decisions.set(data.accountId, [...(this.decisions.get(data.accountId) ?? []), { type, ...data }]);
  }

  /** An account's balances and states as DESIGN 4 shows them. @param {any} account */
  shown(account) {
    const stateOf = (/** @type {string} */ direction) => (account.state[direction] ? 'blocked' : 'open');
    return {
      balances: Object.fromEntries(balances.map((name) => [name, this.balance(account, name).toFixed()])),
      traffic: { inbound: stateOf('inbound'), outbound: stateOf('outbound') },
    };
  }

  decisionCount() {
    return [...this.decisions.values()].reduce((sum, list) => sum + list.length, 0);
  }

  /** The read models must show the fold. @param {(accountId: string) => any} partnerOf */
  checkPartners(partnerOf) {
    for (const [accountId, account] of this.accounts) {
      const partner = partnerOf(accountId);
      for (const direction of ['inbound', 'outbound']) {
        const { payments, usage, adjustments } = partner.account.totals[direction];
        const units = account.sums[direction].times('1e10').toFixed(0);
        hold(
          String(payments - usage + adjustments) === units,
          `P2: the ${direction} balance of ${accountId} is not the fold of the log`,
        );
        const { state } = partner.traffic[direction];
        hold((state === 'blocked') === account.state[direction], `P3: ${direction} of ${accountId} is ${state}`);
      }
    }
  }

  /** Each message of the input topics must be an entry of the log as it was sent, or a rejection that holds it. */
  checkConsumed(/** @type {{ topic: string, partition: number, offset: string, value: Buffer }[]} */ messages) {
    for (const { topic, partition, offset, value } of messages) {
      const place = `${topic}/${partition}/${offset}`;
      const rejection = this.rejections.get(place);
      if (rejection === undefined) {
        const kind = topic.endsWith('payments.v1') ? 'payment' : 'usage';
        const body = JSON.parse(String(value));
        const entry = this.entries.get(`${kind} ${body.accountId} ${body[`${kind}Id`]}`);
        hold(isDeepStrictEqual(entry?.data, body), `P1: ${place} is neither in the log nor rejected: ${value}`);
      } else {
        const { payload, payloadBase64 = '' } = rejection;
        const kept = payload === undefined ? Buffer.from(payloadBase64, 'base64') : Buffer.from(payload);
        hold(kept.equals(value), `P5: the rejection of ${place} does not hold it: ${JSON.stringify(rejection)}`);
      }
    }
  }

  /** What the rejected topic holds must be the rejections of the log, each once or more as the same bytes. */
  checkRejected(/** @type {{ topic: string, key: string, value: string }[]} */ published) {
    const seen = new Map();
    for (const { topic, key, value } of published) {
      if (!topic.endsWith('rejected.v1')) continue;
      hold((seen.get(key) ?? value) === value, `P5: two rejections of ${key}`);
      hold(
        isDeepStrictEqual(JSON.parse(value), this.rejections.get(key)),
        `P5: ${key} is not published as it was rejected: ${value}`,
      );
      seen.set(key, value);
    }
    hold(seen.size === this.rejections.size, `P5: ${this.rejections.size} rejections, ${seen.size} published`);
    return seen.size;
  }

  /** What the broker holds must be the decisions, in order, and repetitions the same bytes; the last of each key says how it is. */
  checkPublished(/** @type {{ topic: string, key: string, value: string }[]} */ published) {
    const seen = new Map();
    const newest = new Map();
    const last = new Map();
    for (const { topic, key, value } of published) {
      if (!topic.endsWith('traffic-control.v1')) continue;
      const command = JSON.parse(value);
      const name = `${command.accountId} ${command.sequence}`;
      hold((seen.get(name) ?? value) === value, `P4: two contents under ${name}`);
      if (!seen.has(name)) {
        const decision = this.decisions.get(command.accountId)?.[command.sequence - 1];
        hold(decision, `P3: ${name} is published and was not decided`);
        hold(isDeepStrictEqual(command, commandOf(decision)), `P3: ${name} is not what was decided: ${value}`);
        hold(key === `${command.accountId}/${command.direction}`, `P3: ${name} is published under the key ${key}`);
        hold((newest.get(key) ?? 0) < command.sequence, `P3: ${name} is published out of order`);
        newest.set(key, command.sequence);
      }
      seen.set(name, value);
      last.set(key, command.sequence);
    }
    // A switch that restarts reads the compacted topic: the last value of a key.
    for (const [key, sequence] of newest)
      hold(last.get(key) === sequence, `P3: the last command of ${key} is ${last.get(key)}, not ${sequence}`);
    hold(seen.size === this.decisionCount(), `P3: ${this.decisionCount()} decisions, ${seen.size} commands`);
    return seen.size;
  }
}

const kinds = {
  PaymentRecorded: 'payment',
  UsageCharged: 'usage',
  BalanceAdjusted: 'adjustment',
  EntryReversed: 'reversal',
};

const keyOf = (/** @type {any} */ { type, data }) => {
  const kind = kinds[/** @type {keyof typeof kinds} */ (type)];
  return kind && `${kind} ${data.accountId} ${data[`${kind}Id`]}`;
};

const effectOf = (/** @type {any} */ { type, data }) => {
  const amount = new Exact(data.amount);
  return type === 'UsageCharged' ? amount.negated() : amount;
};

/** The command a decision stands for (DESIGN 3). @param {any} decision */
const commandOf = ({ type, ...data }) => ({
  type: type === 'TrafficBlocked' ? 'BlockTraffic' : 'UnblockTraffic',
  commandId: commandId(`${data.accountId}/${data.direction}/${data.sequence}`),
  ...data,
});

/** UUIDv5, written from RFC 9562. @param {string} name */
const commandId = (name) => {
  const bytes = createHash('sha1').update(Buffer.from('8f6b3f0a5a1e4f5e9d0c2b7f4d1c6e35', 'hex')).update(name).digest();
  bytes.writeUInt8((bytes.readUInt8(6) % 16) + 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) % 64) + 0x80, 8);
  return [
    [0, 4],
    [4, 6],
    [6, 8],
    [8, 10],
    [10, 16],
  ]
    .map(([from, to]) => bytes.subarray(from, to).toString('hex'))
    .join('-');
};

module.exports = { Oracle, Violation, hold };
