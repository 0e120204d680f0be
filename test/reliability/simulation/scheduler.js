// @ts-check
'use strict';

/**
 * Time and order of a simulated run, driven by one seed. Whatever would wait for a disk, a network or a clock waits here; a
 * step picks one of the waiting at random, or lets time pass to the next timer.
 */
class Scheduler {
  /** @param {number} seed */
  constructor(seed) {
    this.state = seed >>> 0;
    this.now = Date.UTC(2026, 0, 31);
    this.steps = 0;
    /** @type {{ resume: () => void, isAlive: () => boolean }[]} */
    this.waiting = [];
    /** @type {{ due: number, fire: () => void }[]} */
    this.timers = [];
  }

  /** A number from 0 up to `below` (mulberry32). @param {number} below */
  pick(below) {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  /** True once in `often` times. @param {number} often */
  chance(often) {
    return this.pick(often) === 0;
  }

  /** Waits for its turn; what is dead by then never goes on. @param {() => boolean} isAlive @returns {Promise<void>} */
  turn(isAlive = () => true) {
    return new Promise((resume) => this.waiting.push({ resume, isAlive }));
  }

  /** @param {() => void} fire @param {number} delayMs */
  setTimer(fire, delayMs) {
    const timer = { due: this.now + delayMs, fire };
    this.timers.push(timer);
    return timer;
  }

  /** @param {unknown} timer */
  clearTimer(timer) {
    this.timers = this.timers.filter((other) => other !== timer);
  }

  /** Lets one of the waiting go on. False when nothing waits and no timer is left. */
  async step() {
    this.steps += 1;
    await this.pending();
    const isTimeUp = this.timers.length > 0 && (this.waiting.length === 0 || this.chance(20));
    if (isTimeUp) this.fireNext();
    else if (this.waiting.length > 0) {
      const [next] = this.waiting.splice(this.pick(this.waiting.length), 1);
      if (next?.isAlive()) next.resume();
    } else return false;
    // Everything that follows from it without waiting happens before the next step.
    await realImmediate();
    return true;
  }

  /** What takes turns of the real event loop, as long work does, comes to its end before the world stands still. */
  async pending() {
    for (let turn = 0; turn < realTurns && this.waiting.length === 0 && this.timers.length === 0; turn += 1)
      await realImmediate();
  }

  fireNext() {
    const next = this.timers.reduce((first, timer) => (timer.due < first.due ? timer : first));
    this.clearTimer(next);
    this.now = Math.max(this.now, next.due);
    next.fire();
  }
}

const realTurns = 1_000;
const { setImmediate: schedule } = globalThis;
const realImmediate = () => new Promise((resolve) => void schedule(resolve));

/** Puts the simulated clock and chance in the place of Node's, for everything loaded afterwards too. @param {() => Scheduler} current */
const installClock = (current) => {
  /** @type {any} */
  const promises = require('node:timers/promises');
  /** @type {any} */
  const crypto = require('node:crypto');
  const set = (/** @type {(...args: unknown[]) => void} */ fire, delayMs = 0, /** @type {unknown[]} */ ...args) =>
    current().setTimer(() => fire(...args), delayMs);
  const clear = (/** @type {unknown} */ timer) => current().clearTimer(timer);
  Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  // A log draws its name and the seed of its ids, and who tries again how long it waits.
  const bytes = (/** @type {number} */ size) => Buffer.from(Array.from({ length: size }, () => current().pick(256)));
  crypto.randomBytes = bytes;
  crypto.randomUUID = () =>
    bytes(16)
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  Math.random = () => current().pick(1 << 30) / (1 << 30);
  // Work that counts the milliseconds it takes would take other steps each time.
  performance.now = () => current().now;
  promises.setTimeout = (
    /** @type {number} */ delayMs,
    /** @type {unknown} */ value,
    /** @type {{ signal?: AbortSignal }} */ { signal } = {},
  ) =>
    new Promise((resolve, reject) => {
      const abort = () => {
        clear(timer);
        reject(signal?.reason);
      };
      const timer = set(() => {
        signal?.removeEventListener('abort', abort);
        resolve(value);
      }, delayMs);
      signal?.addEventListener('abort', abort);
    });
};

module.exports = { Scheduler, installClock };
