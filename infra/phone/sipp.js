// @ts-check
'use strict';

const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { dieWithParent } = require('../child-server.js');

const program = 'sipp';
let started = 0;

/** @type {typeof import('./sipp').missingSipp} */
const missingSipp = () =>
  spawnSync(program, ['-v']).error === undefined ? undefined : 'sipp is needed: apt-get install sip-tester';

/** @param {string} file */
const readIfThere = (file) => (fs.existsSync(file) ? fs.readFileSync(file, 'latin1') : '');

/** @param {import('./sipp').SippOptions} options @param {string} folder */
const flagsOf = ({ address, port = 0, to, keys = {}, flags = [] }, folder) => {
  started += 1;
  const media = String(20_000 + ((process.pid + started * 4) % 40_000));
  return [
    ...(to === undefined ? [] : [to]),
    ...['-sf', path.join(folder, 'scenario.xml'), '-i', address, '-mi', address, '-mp', media],
    ...(port === 0 ? [] : ['-p', String(port)]),
    ...['-nostdin', '-trace_logs', '-log_file', path.join(folder, 'log'), '-log_overwrite', 'false'],
    ...['-trace_err', '-error_file', path.join(folder, 'errors')],
    ...Object.entries(keys).flatMap(([name, value]) => ['-key', name, value]),
    ...flags,
  ];
};

/** @type {typeof import('./sipp').runSipp} */
const runSipp = (options) => {
  const folder = fs.mkdtempSync(path.join(tmpdir(), 'tollgate-sipp-'));
  const logFile = path.join(folder, 'log');
  fs.writeFileSync(path.join(folder, 'scenario.xml'), options.scenario);
  const child = spawn('sh', dieWithParent('KILL', [program, ...flagsOf(options, folder)]), {
    stdio: ['pipe', 'ignore', 'pipe'],
    cwd: folder,
    env: { ...process.env, TERM: 'xterm' },
    // A Ctrl-C in the terminal is for whoever started it.
    detached: true,
  });
  let errors = '';
  child.stderr?.on('data', (chunk) => (errors += chunk));
  const exited = once(child, 'close').then(([code]) => {
    const result = { code, log: readIfThere(logFile), errors: errors + readIfThere(path.join(folder, 'errors')) };
    fs.rmSync(folder, { recursive: true, force: true });
    return result;
  });
  return { exited, log: () => readIfThere(logFile), kill: () => void child.kill('SIGKILL') };
};

module.exports = { missingSipp, runSipp };
