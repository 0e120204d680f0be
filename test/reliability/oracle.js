// @ts-check
'use strict';
const { isDeepStrictEqual } = require('node:util');
const {
  Exact,
  Violation,
  balances,
  commandId,
  commandOf,
  effectOf,
  guarded,
  hold,
  isWellFormed,
  jsonOf,
  keyOf,
} = require('./oracle-terms');
const { followStatements, newStatements, noteMove } = require('./oracle-statements');
const { checkGrant, followCall, heldFor, spenderOf } = require('./oracle-calls');

/** Reads the log event by event and knows, from DESIGN section 2 alone, what may stand there next. */
class Oracle {
  constructor() {
    this.read = 0;
    /** @type {Map<string, any>} */
    this.accounts = new Map();
    /** What accounts were opened with. @type {Map<string, any>} */
    this.openings = new Map();
    /** Log entry by kind, account and id. @type {Map<string, any>} */
    this.entries = new Map();
    /** Decisions by account, in order. @type {Map<string, any[]>} */
    this.decisions = new Map();
    /** Refused messages by place. @type {Map<string, any>} */
    this.rejections = new Map();
    /** Gaps in the input by partition, offset and what the log was then. @type {Set<string>} */
    this.losses = new Set();
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
    } else if (event.stream.startsWith('lost-')) this.applyLoss(event);
    else if (event.stream.startsWith('cutoff-')) this.applyDecision(event);
    else this.applyAccount(event);
  }

  /** A gap is told of once, where it belongs, and is one. */
  applyLoss(/** @type {any} */ { type, stream, data }) {
    const { topic, partition, from, to, why, logPosition } = data;
    const gap = `${topic}/${partition} from ${from} to ${to}`;
    hold(type === 'InputLost' && stream === `lost-${topic}-${partition}`, `P5: ${type} of ${gap} stands in ${stream}`);
    hold(why === 'recreated' || BigInt(from) < BigInt(to), `P5: nothing can be lost of ${gap}`);
    const key = `${topic}/${partition} ${to} ${logPosition ?? from}`;
    hold(!this.losses.has(key), `P5: ${gap} is told to be lost twice`);
    this.losses.add(key);
  }

  applyAccount(/** @type {any} */ event) {
    const { type, data } = event;
    if (type === 'AccountOpened') {
      hold(!this.accounts.has(data.accountId), `P1: ${data.accountId} is opened twice`);
      this.openings.set(data.accountId, data);
      this.accounts.set(data.accountId, {
        currency: data.currency,
        rule: data.cutoff ?? { balances: [] },
        sums: { inbound: new Exact(0), outbound: new Exact(0) },
        state: { inbound: false, outbound: false },
        decided: { inbound: undefined, outbound: undefined },
        due: [],
        calls: new Map(),
        statements: newStatements(),
        revision: -1,
      });
    }
    const account = this.accounts.get(event.stream.slice('account-'.length));
    hold(account, `P1: ${type} before the account is open`);
    hold(event.revision === account.revision + 1, `P1: a gap in ${event.stream}`);
    account.revision = event.revision;
    if (type === 'CutoffChanged') account.rule = data;
    followCall(account.calls, event);
    checkGrant(account, event, (balance) => this.available(account, balance));
    const key = keyOf(event);
    if (key) {
      hold(!this.entries.has(key), `P1: ${key} counts twice`);
      this.entries.set(key, event);
      this.add(account, event);
    }
    followStatements(account.statements, event);
    this.expectEdges(account, event);
  }

  /** Adds an entry, or takes back what it reverses. */
  add(/** @type {any} */ account, /** @type {any} */ event) {
    const { type, data } = event;
    const original = type === 'EntryReversed' && this.entries.get(`${data.of.kind} ${data.accountId} ${data.of.id}`);
    hold(original !== undefined && !original.isReversed, `P1: ${data.of?.id} is reversed twice, or was never there`);
    const { data: of } = original || event;
    const effect = effectOf(original || event);
    if (original) original.isReversed = true;
    account.sums[of.direction] = account.sums[of.direction].plus(original ? effect.negated() : effect);
    noteMove(account.statements, event, original || undefined);
  }

  expectEdges(/** @type {any} */ account, /** @type {any} */ event) {
    for (const direction of ['inbound', 'outbound']) {
      const exhausted = account.rule.balances.filter(
        (/** @type {'inbound'} */ balance) => guarded[balance] === direction && this.judged(account, balance).lte(0),
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

  /** What a balance is judged by: what is held for calls is gone, where the rule says so. */
  judged(/** @type {any} */ account, /** @type {string} */ balance) {
    const { rule, calls } = account;
    const held = rule.countReservations ? heldFor(calls, spenderOf(balance, rule)) : 0;
    return this.available(account, balance).minus(held);
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
  applyDecision(/** @type {any} */ { type, data, stream, revision, eventId }) {
    const account = this.accounts.get(stream.slice('cutoff-'.length));
    const due = account?.due.shift();
    const told = `${type} ${data.direction} of ${data.accountId}, sequence ${data.sequence}`;
    hold(
      stream === `cutoff-${data.accountId}` && data.currency === account?.currency,
      `P3: ${told} stands in ${stream}, in ${data.currency}`,
    );
    hold(
      eventId === commandId(`${data.accountId}/${data.direction}/${data.sequence}`),
      `P3: ${told} is recorded as ${eventId}`,
    );
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
    account.decided[data.direction] = data;
    this.decisions.set(data.accountId, [...(this.decisions.get(data.accountId) ?? []), { type, ...data }]);
  }

  /** An account's balances and traffic as DESIGN 4 shows them. @param {any} account */
  shown(account) {
    const trafficOf = (/** @type {string} */ direction) => {
      const { decidedAt: since, sequence } = account.decided[direction] ?? {};
      return { state: account.state[direction] ? 'blocked' : 'open', ...(sequence && { since, sequence }) };
    };
    return {
      balances: Object.fromEntries(balances.map((name) => [name, this.balance(account, name).toFixed()])),
      traffic: { inbound: trafficOf('inbound'), outbound: trafficOf('outbound') },
    };
  }

  /** Who is blocked, as DESIGN 4 lists it. */
  blocked() {
    return [...this.accounts]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(([accountId, { state, decided }]) =>
        ['inbound', 'outbound']
          .filter((direction) => state[direction])
          .map((direction) => {
            const { decidedAt: since, sequence, exhausted } = decided[direction];
            return { accountId, direction, since, sequence, exhausted };
          }),
      );
  }

  decisionCount() {
    return [...this.decisions.values()].reduce((sum, list) => sum + list.length, 0);
  }

  /** The read models must show the fold. @param {(accountId: string) => any} partnerOf */
  checkPartners(partnerOf) {
    for (const [accountId, account] of this.accounts) {
      const partner = partnerOf(accountId);
      const { traffic } = this.shown(account);
      for (const direction of ['inbound', 'outbound']) {
        const { payments, usage, adjustments } = partner.account.totals[direction];
        const units = account.sums[direction].times('1e10').toFixed(0);
        hold(
          String(payments - usage + adjustments) === units,
          `P2: the ${direction} balance of ${accountId} is not the fold of the log`,
        );
        const { state, since, sequence } = partner.traffic[direction];
        const served = { state, ...(sequence && { since, sequence }) };
        hold(
          isDeepStrictEqual(served, traffic[/** @type {'inbound'} */ (direction)]),
          `P3: ${direction} of ${accountId} is ${JSON.stringify(served)}`,
        );
      }
    }
  }

  /** Why a payment or call that came while its account was open must not count, judged by all that is in the log. */
  refusalOf(/** @type {string} */ kind, /** @type {any} */ body) {
    if (!isWellFormed(kind, body)) return 'INVALID_REQUEST';
    if (!this.accounts.has(body.accountId)) return 'ACCOUNT_NOT_FOUND';
    const entry = this.entries.get(`${kind} ${body.accountId} ${body[`${kind}Id`]}`);
    hold(entry, `P1: ${kind} ${body[`${kind}Id`]} of ${body.accountId} is neither in the log nor in conflict`);
    return isDeepStrictEqual(entry.data, body) ? undefined : 'ID_CONFLICT';
  }

  /** Each message of the input topics must be an entry of the log as it was sent, or a rejection that holds it and says why. */
  checkConsumed(/** @type {{ topic: string, partition: number, offset: string, value: Buffer }[]} */ messages) {
    for (const { topic, partition, offset, value } of messages) {
      const place = `${topic}/${partition}/${offset}`;
      const { code, payload, payloadBase64 = '' } = this.rejections.get(place) ?? {};
      const due = this.refusalOf(topic.endsWith('payments.v1') ? 'payment' : 'usage', jsonOf(value));
      hold(code === due, `P5: ${place} is ${due ?? 'in the log'}, and was rejected as ${code}: ${value}`);
      const kept = payload === undefined ? Buffer.from(payloadBase64, 'base64') : Buffer.from(payload);
      hold(due === undefined || kept.equals(value), `P5: the rejection of ${place} does not hold it: ${payload}`);
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

module.exports = { Oracle, Violation, hold };
