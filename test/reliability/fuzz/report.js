// @ts-check
'use strict';

/** @typedef {import('./verdict').Acknowledgement & { since: number, by?: object }} Acknowledgement */
/** @typedef {import('./check-claims').DatedClaim} Claim */

const mostFaults = 20;

/** What was sent, how it was answered, and what was wrong. */
class Report {
  faultCount = 0;
  inputs = 0;
  /** @type {Acknowledgement[]} */
  acknowledged = [];
  /** @type {Claim[]} */
  claims = [];
  /** What files hold that were imported: where, by type and content. @type {Map<string, { file: string, line: number }>} */
  imported = new Map();
  /** The newest position that was acknowledged: what stands up to it, every later answer must know. */
  newest = 0;
  /** The newest position when the fuzz began, known to every read. */
  begun = 0;
  /** @type {Map<string, number>} */
  #statuses = new Map();
  #print;

  /** @param {(line: string) => void} print */
  constructor(print) {
    this.#print = print;
  }

  /** @param {string} what @param {number | string} status */
  count(what, status) {
    this.inputs += 1;
    this.#add(`${what} ${status}`);
  }

  /** @param {string} key */
  #add(key) {
    this.#statuses.set(key, (this.#statuses.get(key) ?? 0) + 1);
  }

  /** Printed at once: a run may end before its end. @param {string} fault */
  fault(fault) {
    this.faultCount += 1;
    if (this.faultCount <= mostFaults) this.#print(fault);
  }

  /** @param {Acknowledgement} acknowledgement */
  acknowledge(acknowledgement) {
    this.acknowledged.push(acknowledgement);
    this.newest = Math.max(this.newest, Number(acknowledgement.position));
  }

  /** @param {Claim} claim */
  claim(claim) {
    this.claims.push(claim);
    this.#add(`said ${claim.code}`);
  }

  /** How often that was the answer. @param {string} what @param {number | string} status */
  counted(what, status) {
    return this.#statuses.get(`${what} ${status}`) ?? 0;
  }

  /** How often each kind of input had each answer. */
  table() {
    return [...this.#statuses]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, count]) => `${key}: ${count}`)
      .join(', ');
  }
}

module.exports = { Report };
