// @ts-check
'use strict';

/** Randomness from a seed: the same seed gives the same inputs. */
class Random {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, and without, 1 (mulberry32). */
  fraction() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 up to, and without, `below`. @param {number} below */
  below(below) {
    return Math.floor(this.fraction() * below);
  }

  /** @param {number} probability */
  isLucky(probability) {
    return this.fraction() < probability;
  }

  /** @template Item @param {readonly Item[]} items @returns {Item} */
  oneOf(items) {
    return /** @type {Item} */ (items[this.below(items.length)]);
  }
}

module.exports = { Random };
