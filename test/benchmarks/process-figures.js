// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const ticksPerSecond = 100;

/** CPU seconds (user and system, all threads) the process has used so far. */
const cpuSeconds = (/** @type {number} */ pid) => secondsIn(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));

const secondsIn = (/** @type {string} */ stat) => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
};

/** CPU seconds by thread, the busiest first. */
const cpuByThread = (/** @type {number} */ pid) =>
  fs
    .readdirSync(`/proc/${pid}/task`)
    .map((thread) => {
      const stat = fs.readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
      return {
        thread: Number(thread),
        name: Number(thread) === pid ? 'main (JavaScript)' : name,
        seconds: secondsIn(stat),
      };
    })
    .sort((one, other) => other.seconds - one.seconds);

/** Megabytes (10^6): all resident pages, those of them no file backs, and the most there ever were. */
const memory = (/** @type {number} */ pid) => {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (/** @type {string} */ name) =>
    Math.round((Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1_024) / 1e6);
  return { rssMb: megabytes('VmRSS'), rssAnonMb: megabytes('RssAnon'), peakRssMb: megabytes('VmHWM') };
};

/** Lets the most there ever were begin anew (Linux: `clear_refs`). */
const forgetPeak = (/** @type {number} */ pid) => fs.writeFileSync(`/proc/${pid}/clear_refs`, '5');

/** Bytes of disk that a folder takes: blocks, not lengths. */
const diskBytes = (/** @type {string} */ folder) => {
  let bytes = 0;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    bytes += entry.isDirectory() ? diskBytes(full) : fs.statSync(full).blocks * 512;
  }
  return bytes;
};

module.exports = { cpuByThread, cpuSeconds, diskBytes, forgetPeak, memory };
