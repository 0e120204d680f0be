// @ts-check
'use strict';

const path = require('node:path');

/** @typedef {{ prefixes: number, seed: number }} DeckSize */

const head = 'prefix,currency,perMinute,connectFee,initialSeconds,incrementSeconds\n';

/** A deck as vendors send them: so many prefixes of three to eight digits. @param {number} prefixes */
const deckText = (prefixes) => {
  const lines = [];
  for (let index = 0; index < prefixes; index += 1) {
    const prefix = String(100 + (index % 900)) + (index < 900 ? '' : String(Math.floor(index / 900)).padStart(3, '0'));
    lines.push(
      `${prefix},EUR,0.${String(1_000 + (index % 8_999))},${index % 3 === 0 ? '0.01' : ''},${index % 2 === 0 ? '1,1' : '30,6'}`,
    );
  }
  return head + lines.join('\n');
};

/** Calls all over the deck. @param {number} from @param {number} count */
const createCalls = (from, count) =>
  Array.from({ length: count }, (_, index) => {
    const id = from + index;
    return {
      ...{ cdrId: `sbc1-${id}`, callId: `${id}@sbc1.example.net`, originator: 'acme', terminator: 'globex' },
      ...{
        caller: '+31201234567',
        callee: `+${100 + ((id * 7) % 900)}${String((id * 31) % 222).padStart(3, '0')}55501`,
      },
      ...{ startedAt: new Date(1_769_860_800_000 + id * 13).toISOString(), durationMs: (id * 977) % 600_000 },
    };
  });

/** CDRs rated to usage in this process, both legs of each, and how long their deck took to read. @param {{ build: string, prefixes: number, count: number }} options */
const rateInProcess = ({ build, prefixes, count }) => {
  const { readDeck } = require(path.join(build, 'packages/rating'));
  const { rateCdr } = require(path.join(build, 'services/cdr-rater'));
  const text = deckText(prefixes);
  const loadedFrom = performance.now();
  const deck = readDeck(text);
  const loadSeconds = (performance.now() - loadedFrom) / 1_000;
  const rating = { name: 'deck', deck, terms: { rounding: { mode: 'half-even', digits: 4 }, minimumCharge: '0.001' } };
  const partners = new Map([
    ['acme', { inbound: rating }],
    ['globex', { outbound: rating }],
  ]);
  const calls = createCalls(0, count);
  let legs = 0;
  const rate = (/** @type {readonly object[]} */ some) => {
    for (const call of some) legs += rateCdr(partners, call).usages.length;
  };
  rate(calls.slice(0, 5_000));
  legs = 0;
  const startedAt = performance.now();
  rate(calls);
  const seconds = (performance.now() - startedAt) / 1_000;
  if (legs !== 2 * count) throw new Error(`${legs} legs of ${count} calls have a price`);
  return { count, seconds, loadSeconds, cpuSeconds: seconds };
};

module.exports = { createCalls, deckText, rateInProcess };
