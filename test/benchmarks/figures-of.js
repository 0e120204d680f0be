// @ts-check
'use strict';

const { cpuSeconds } = require('./process-figures.js');

/** @param {readonly number[]} values */
const median = (values) => {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? Number(sorted[middle]) : (Number(sorted[middle - 1]) + Number(sorted[middle])) / 2;
};

/** The nearest-rank percentile. @param {Float64Array} values @param {number} share */
const percentile = (values, share) => {
  const sorted = Float64Array.from(values).sort();
  return Number(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]);
};

/** @typedef {{ count: number, seconds: number, latencies?: Float64Array, cpuSeconds?: number }} Run */

/**
 * Several runs of one thing as its figures, each the median of the runs: rate, percentiles of the answers, and the CPU that the
 * measured process used for one event (all its threads), which other work on the machine disturbs least.
 * @param {readonly Run[]} runs
 */
const summarise = (runs) => {
  const latencies = runs.flatMap((run) => (run.latencies ? [run.latencies] : []));
  const cpu = runs.flatMap((run) => (run.cpuSeconds === undefined ? [] : [(run.cpuSeconds * 1e6) / run.count]));
  return {
    perSecond: median(runs.map(rateOf)),
    rates: runs.map((run) => Math.round(rateOf(run))),
    ...(latencies.length > 0 && {
      p50Ms: median(latencies.map((run) => percentile(run, 0.5))),
      p99Ms: median(latencies.map((run) => percentile(run, 0.99))),
    }),
    ...(cpu.length > 0 && { cpuMicros: median(cpu) }),
  };
};

const rateOf = (/** @type {Run} */ { count, seconds }) => count / seconds;

/** How the rate compares with that of the floor in the same round, as the median of the rounds. @param {readonly Run[]} runs @param {readonly Run[]} floors */
const shareOf = (runs, floors) =>
  median(runs.map((run, round) => rateOf(run) / rateOf(/** @type {Run} */ (floors[round]))));

/** What `act` returned and the CPU seconds the process `pid` used meanwhile. @template T @param {number} pid @param {() => Promise<T>} act */
const withCpu = async (pid, act) => {
  const before = cpuSeconds(pid);
  const result = await act();
  return { ...result, cpuSeconds: cpuSeconds(pid) - before };
};

const whole = (/** @type {number} */ value) => Math.round(value).toLocaleString('en');
const oneDigit = (/** @type {number | undefined} */ value) =>
  value === undefined || Number.isNaN(value) ? '–' : value.toFixed(value < 10 ? 2 : 1);
const percent = (/** @type {number} */ share) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
const times = (/** @type {number} */ factor) => `${factor.toFixed(2)} ×`;

module.exports = { median, oneDigit, percent, percentile, shareOf, summarise, times, whole, withCpu };
