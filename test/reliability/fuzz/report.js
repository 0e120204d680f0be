// @ts-check
'use strict';

/** @typedef {import('./verdict').Acknowledgement} Acknowledgement */

const mostFaults = 20;

/** What was sent, how it was answered, and what was wrong. */
class Report {
  faultCount = 0;
  inputs = 0;
  /** @type {Acknowledgement[]} */
  acknowledged = [];
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
    const key = `${what} ${status}`;
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
