// @ts-check
'use strict';

const fs = require('node:fs');
const { median, oneDigit, times, whole } = require('./figures-of.js');

/**
 * What is compared between two builds. `run` sets the scene and hands `compare` how one build is measured on an empty data folder: a
 * number for each of `figures`, in their order. Of `isLess` the smaller is the better.
 * @typedef {{ figure: string, unit: string, isLess?: boolean, atLeast?: number, aim?: number }} Compared
 * @typedef {(one: { build: string, data: string, round: number }) => Promise<number[]>} Measure
 * @typedef {{ before: number[], now: number[] }} Pair
 * @typedef {{ figures: Compared[], run: (bench: import('./bench').Bench, compare: (measure: Measure) => Promise<Pair[]>) => Promise<Pair[]> }} Trial
 */

/**
 * Two builds, measured one right after the other, who is first alternating.
 * @param {string} name @param {Trial} trial @param {import('./bench').Bench & { before: string }} bench
 */
const measurePairs = async (name, trial, bench) => {
  const rounds = bench.isQuick ? 1 : 5;
  const builds = { before: bench.before, now: bench.build };
  const pairs = await trial.run(bench, async (measure) => {
    const pairs = [];
    for (let round = 1; round <= rounds; round += 1) {
      const pair = { before: /** @type {number[]} */ ([]), now: /** @type {number[]} */ ([]) };
      const order = /** @type {('before' | 'now')[]} */ (round % 2 ? ['before', 'now'] : ['now', 'before']);
      for (const which of order) {
        bench.say(`${name}: pair ${round} of ${rounds}, ${which}`);
        const data = bench.folder(`pair-${which}`);
        pair[which] = await measure({ build: builds[which], data, round });
        fs.rmSync(data, { recursive: true, force: true });
      }
      pairs.push(pair);
    }
    return pairs;
  });
  return trial.figures.map((figure, at) => section(figure, valuesOf(pairs, at)));
};

const valuesOf = (/** @type {Pair[]} */ pairs, /** @type {number} */ at) =>
  pairs.map(({ before, now }) => ({ before: Number(before[at]), now: Number(now[at]) }));

/** @param {Compared} compared @param {{ before: number, now: number }[]} pairs @returns {import('./report').Section} */
const section = ({ figure, unit, isLess = false, atLeast, aim }, pairs) => {
  const valueOf = (/** @type {number} */ value) => `${value < 100 ? oneDigit(value) : whole(value)}${unit}`;
  const ratios = pairs.map(({ before, now }) => (isLess ? before / now : now / before));
  const ratio = median(ratios);
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  return {
    title: `${figure}: pairs with the commit before`,
    measures:
      'Each pair on the same machine, one right after the other, who is first alternating; the ratio says how many times better.',
    columns: ['pair', 'before', 'now', 'ratio'],
    rows: [
      ...pairs.map(({ before, now }, at) => [String(at + 1), valueOf(before), valueOf(now), times(Number(ratios[at]))]),
      ['median', '', '', times(ratio)],
    ],
    findings: [
      {
        figure,
        tollgate: `${valueOf(median(pairs.map(({ now }) => now)))}: ${times(ratio)} (${times(least)} to ${times(most)})`,
        floor: valueOf(median(pairs.map(({ before }) => before))),
        marks: marksOf(ratio, { atLeast, aim }),
      },
    ],
    raw: pairs,
  };
};

/** @param {number} ratio @param {{ atLeast?: number | undefined, aim?: number | undefined }} marks */
const marksOf = (ratio, { atLeast, aim }) => [
  ...(atLeast === undefined ? [] : [{ text: `≥ ${atLeast} ×`, isMet: ratio >= atLeast }]),
  ...(aim === undefined ? [] : [{ text: `aim ${aim} ×`, isMet: ratio >= aim }]),
];

module.exports = { measurePairs };
