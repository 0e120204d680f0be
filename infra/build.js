#!/usr/bin/env node
// @ts-check
'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

/*
 * Builds every workspace. What the tools have to say is kept for when it fails: before the first line of what was started nobody
 * wants to read it.
 */

const root = path.resolve(__dirname, '..');
const toldAfterMs = 2_000;

const main = async () => {
  const command = [require.resolve('turbo/bin/turbo'), 'run', 'compile', '--output-logs=errors-only'];
  const build = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [build.stdout, build.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const timer = setTimeout(() => {
    process.stderr.write('Building, which takes half a minute the first time …\n');
  }, toldAfterMs);
  const [code, signal] = await once(build, 'close');
  clearTimeout(timer);
  if (code !== 0) process.stderr.write(`${output}The build ${signal ? `was ended by ${signal}` : 'failed'}.\n`);
  process.exitCode = code ?? 1;
};

main().catch((error) => {
  process.stderr.write(`${error.code === 'MODULE_NOT_FOUND' ? 'Nothing is installed yet: npm ci' : error.message}\n`);
  process.exitCode = 1;
});
