// @ts-check
'use strict';

/** A small generator of its own, so that the same seed gives the same messages in every run (mulberry32). */
const createRandom = (/** @type {number} */ seed) => {
  let state = seed >>> 0;
  return (/** @type {number} */ below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((((mixed ^ (mixed >>> 14)) >>> 0) * below) / 4_294_967_296) | 0;
  };
};

const accountId = (/** @type {number} */ number) => `partner-${String(number).padStart(6, '0')}`;

/** An account under a rule that is judged with every usage, but whose limit is never reached: no edge disturbs a figure. */
const accountBody = (/** @type {number} */ number) =>
  JSON.stringify({
    accountId: accountId(number),
    name: `Partner ${number}`,
    currency: 'EUR',
    cutoff: { balances: ['inbound'], creditLimits: { inbound: '1000000000' } },
  });

const digits = (/** @type {number} */ value, /** @type {number} */ length) => String(value).padStart(length, '0');

/**
 * Usages as a rater sends them, about 330 bytes of JSON each; ids are unique per `run`. Calls of `accounts` accounts,
 * each as likely as the next.
 * @param {{ run: string, seed: number, accounts: number, firstAccount?: number }} options
 */
const createUsages = ({ run, seed, accounts, firstAccount = 0 }) => {
  const random = createRandom(seed);
  let count = 0;
  return () => {
    count += 1;
    const account = accountId(firstAccount + random(accounts));
    const seconds = 1 + random(59);
    const minute = digits(random(60), 2);
    const caller = `+4930${digits(random(10_000_000), 7)}`;
    const callee = `+3312${digits(random(10_000_000), 7)}`;
    const json =
      `{"usageId":"${run}-${digits(count, 9)}-a","accountId":"${account}","direction":"${random(2) ? 'inbound' : 'outbound'}",` +
      `"amount":"0.${digits(1 + random(9_999), 4)}","currency":"EUR","callId":"${run}-${digits(count, 9)}@sbc1.example.net",` +
      `"startedAt":"2026-01-31T12:${minute}:00.000Z","endedAt":"2026-01-31T12:${minute}:${digits(seconds, 2)}.000Z",` +
      `"durationSeconds":${seconds},"caller":"${caller}","callee":"${callee}","ratedAt":"2026-01-31T13:00:00.000Z"}`;
    return { account, json };
  };
};

/** What a switch asks before a call, of the deck that the benchmark gives. @param {{ run: string, seed: number, accounts: number }} options */
const createAuthorizations = ({ run, seed, accounts }) => {
  const random = createRandom(seed);
  let count = 0;
  return () => {
    count += 1;
    return (
      `{"authorizationId":"${run}-${digits(count, 9)}-a","accountId":"${accountId(random(accounts))}","direction":"inbound",` +
      `"currency":"EUR","deck":"bench","caller":"+4930${digits(random(10_000_000), 7)}",` +
      `"callee":"+3312${digits(random(10_000_000), 7)}","callId":"${run}-${digits(count, 9)}@sbc1.example.net"}`
    );
  };
};

const batchLine = (/** @type {string} */ json) => `{"kind":"usage",${json.slice(1)}\n`;

module.exports = { accountBody, accountId, batchLine, createAuthorizations, createUsages };
