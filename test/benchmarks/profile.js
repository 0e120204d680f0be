// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { startHelper } = require('./helper-process.js');
const { cpuByThread } = require('./process-figures.js');
const { repo, startTollgate } = require('./tollgate-process.js');

/** @typedef {{ id: number, callFrame: { functionName: string, url: string, lineNumber: number }, children?: number[] }} ProfileNode */

const accounts = 1_000;

/** The two hottest paths: what the client sends while the server is watched. */
const paths = {
  'HTTP batches of 1,000 lines, 3 in flight': async (/** @type {any} */ { client, url, scale, run }) => {
    const { bytes } = await client.call('prepareBatches', {
      lines: 200_000 * scale,
      batchLines: 1_000,
      run,
      seed: 7,
      accounts,
    });
    const from = process.hrtime.bigint();
    const { count, seconds } = await client.call('batches', { url, inFlight: 3 });
    return { from, to: process.hrtime.bigint(), events: count, seconds, bytes };
  },
  'one usage per HTTP request, 32 connections': async (/** @type {any} */ { client, url, scale, run }) => {
    const from = process.hrtime.bigint();
    const { count, seconds } = await client.call('singles', {
      url,
      connections: 32,
      seconds: 10 * scale,
      run,
      seed: 8,
      accounts,
    });
    return { from, to: process.hrtime.bigint(), events: count, seconds };
  },
};

/** Where the time of the JavaScript thread goes on each path: tables as text. @param {{ scratch: string, isQuick: boolean }} options */
const profile = async ({ scratch, isQuick }) => {
  const texts = [];
  for (const [title, drive] of Object.entries(paths))
    texts.push(await profilePath(title, drive, { scratch, scale: isQuick ? 0.3 : 1 }));
  return texts.join('\n');
};

/** @param {string} title @param {(typeof paths)[keyof typeof paths]} drive @param {{ scratch: string, scale: number }} options */
const profilePath = async (title, drive, { scratch, scale }) => {
  const data = fs.mkdtempSync(path.join(scratch, 'profile-'));
  const profiles = path.join(data, 'profiles');
  const nodeFlags = ['--cpu-prof', `--cpu-prof-dir=${profiles}`, '--cpu-prof-interval=500'];
  const tollgate = await startTollgate({ build: repo, data: path.join(data, 'data'), nodeFlags });
  const client = startHelper('http-client.js');
  try {
    await client.call('openAccounts', { url: tollgate.url, from: 0, to: accounts });
    await drive({ client, url: tollgate.url, scale: scale / 4, run: 'warm' });
    await tollgate.untilSettled();
    const before = new Map(cpuByThread(tollgate.pid).map(({ thread, seconds }) => [thread, seconds]));
    const measured = await drive({ client, url: tollgate.url, scale, run: 'hot' });
    await tollgate.untilSettled();
    const threads = cpuByThread(tollgate.pid).map((one) => ({
      ...one,
      seconds: one.seconds - (before.get(one.thread) ?? 0),
    }));
    await tollgate.stop();
    const [file] = fs.readdirSync(profiles);
    const cpu = JSON.parse(fs.readFileSync(path.join(profiles, String(file)), 'utf8'));
    return report(title, measured, { cpu, threads });
  } finally {
    client.stop();
    fs.rmSync(data, { recursive: true, force: true });
  }
};

/** Self time of a profile within a window of the monotonic clock. @param {any} cpu @param {{ from: bigint, to: bigint }} window */
const selfTimes = (cpu, { from, to }) => {
  const nodes = new Map(/** @type {ProfileNode[]} */ (cpu.nodes).map((node) => [node.id, node]));
  const [start, end] = [Number(from / 1_000n), Number(to / 1_000n)];
  const byFunction = new Map();
  const byModule = new Map();
  let at = cpu.startTime;
  cpu.samples.forEach((/** @type {number} */ id, /** @type {number} */ index) => {
    const delta = cpu.timeDeltas[index];
    at += delta;
    if (at < start || at > end) return;
    const frame = /** @type {ProfileNode} */ (nodes.get(id)).callFrame;
    const place = placeOf(frame.url);
    const name = `${frame.functionName || '(anonymous)'}${place ? `  ${place}:${frame.lineNumber + 1}` : ''}`;
    byFunction.set(name, (byFunction.get(name) ?? 0) + delta);
    const module = moduleOf(place, frame.functionName);
    byModule.set(module, (byModule.get(module) ?? 0) + delta);
  });
  return { byFunction, byModule };
};

const placeOf = (/** @type {string} */ url) => url.replace('file://', '').replace(`${repo}/`, '');

const moduleOf = (/** @type {string} */ place, /** @type {string} */ name) => {
  if (place === '') return name.startsWith('(') ? name : '(native)';
  const library = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(place);
  return (
    library?.[1] ?? /^(?:packages|services)\/[^/]+/.exec(place)?.[0] ?? (place.startsWith('node:') ? 'node' : place)
  );
};

/** @param {string} title @param {{ from: bigint, to: bigint, events: number, seconds: number }} measured @param {{ cpu: any, threads: { name: string, seconds: number }[] }} seen */
const report = (title, measured, { cpu, threads }) => {
  const { byFunction, byModule } = selfTimes(cpu, measured);
  const idle = byFunction.get('(idle)') ?? 0;
  const total = [...byFunction.values()].reduce((sum, micros) => sum + micros, 0);
  const busy = total - idle;
  const rows = (/** @type {Map<string, number>} */ times, /** @type {number} */ most) =>
    [...times]
      .filter(([name]) => name !== '(idle)')
      .sort((one, other) => other[1] - one[1])
      .slice(0, most)
      .map(
        ([name, micros]) =>
          `  ${((micros * 100) / busy).toFixed(1).padStart(5)} %  ${(micros / measured.events).toFixed(2).padStart(7)} µs  ${name}`,
      );
  const cpuTotal = threads.reduce((sum, { seconds }) => sum + seconds, 0);
  return [
    `== ${title}: ${Math.round(measured.events / measured.seconds).toLocaleString('en')} events/s while profiled`,
    `JavaScript thread busy ${((busy * 100) / total).toFixed(0)} %: ${(busy / measured.events).toFixed(1)} µs an event; the whole process ${((cpuTotal * 1e6) / measured.events).toFixed(1)} µs of CPU an event`,
    'CPU by thread:',
    ...threads
      .filter(({ seconds }) => seconds > cpuTotal / 100)
      .map(
        ({ name, seconds }) =>
          `  ${((seconds * 100) / cpuTotal).toFixed(1).padStart(5)} %  ${((seconds * 1e6) / measured.events).toFixed(2).padStart(7)} µs  ${name}`,
      ),
    'Self time by module (share of busy, µs an event):',
    ...rows(byModule, 20),
    'Self time by function:',
    ...rows(byFunction, 45),
    '',
  ].join('\n');
};

module.exports = { profile };
