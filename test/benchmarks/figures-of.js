// @ts-check
'use strict';

const { cpuSeconds } = require('./process-figures.js');

/** @param {readonly number[]} values */
const median = (values) => {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? Number(sorted[middle]) : (Number(sorted[middle - 1]) + Number(sorted[middle])) / 2;
};

/** The nearest-rank percentile of several runs taken together. @param {readonly Float64Array[]} runs @param {number} share */
const percentile = (runs, share) => {
  const all = Float64Array.from(runs.flatMap((run) => [...run])).sort();
  return Number(all[Math.max(0, Math.ceil(all.length * share) - 1)]);
};

/**
 * Several runs of one thing as its figures: the median rate, the percentiles of all answers, and the CPU that the
 * measured process used for one event (all its threads), which other work on the machine disturbs least.
 * @param {readonly { count: number, seconds: number, latencies?: Float64Array, cpuSeconds?: number }[]} runs
 */
const summarise = (runs) => {
  const latencies = runs.flatMap((run) => (run.latencies ? [run.latencies] : []));
  const cpu = runs.flatMap((run) => (run.cpuSeconds === undefined ? [] : [(run.cpuSeconds * 1e6) / run.count]));
  return {
    perSecond: median(runs.map(({ count, seconds }) => count / seconds)),
    rates: runs.map(({ count, seconds }) => Math.round(count / seconds)),
    ...(latencies.length > 0 && { p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) }),
    ...(cpu.length > 0 && { cpuMicros: median(cpu) }),
  };
};

/** What `act` returned and the CPU seconds the process `pid` used meanwhile. @template T @param {number} pid @param {() => Promise<T>} act */
const withCpu = async (pid, act) => {
  const before = cpuSeconds(pid);
  const result = await act();
  return { ...result, cpuSeconds: cpuSeconds(pid) - before };
};

const whole = (/** @type {number} */ value) => Math.round(value).toLocaleString('en');
const oneDigit = (/** @type {number | undefined} */ value) =>
  value === undefined ? '' : value.toFixed(value < 10 ? 2 : 1);
const percent = (/** @type {number} */ share) => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
const times = (/** @type {number} */ factor) => `${factor.toFixed(2)} x`;

module.exports = { median, oneDigit, percent, percentile, summarise, times, whole, withCpu };
