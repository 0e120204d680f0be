// @ts-check
'use strict';

const { spawnSync } = require('node:child_process');
const path = require('node:path');

/**
 * Both verifiers on an export, each a process of its own, start included, with the key and the last checkpoint in `keys`.
 * @param {{ build: string, exported: string, keys: string }} options
 */
const timeVerifiers = ({ build, exported, keys }) => {
  const signed = path.join(keys, 'signing.pem');
  const args = [exported, '--key', `${signed}.pub`, '--checkpoint', `${signed}.last`, '--json'];
  return [
    {
      name: 'tollgate-verify',
      command: [process.execPath, path.join(build, 'packages/verify/bin/tollgate-verify.js')],
    },
    { name: 'tollgate_verify.py', command: ['python3', path.join(build, 'infra/verify/tollgate_verify.py')] },
  ].map(({ name, command: [program = '', script = ''] }) => {
    const startedAt = performance.now();
    const { status, stdout, stderr } = spawnSync(program, [script, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
    const seconds = (performance.now() - startedAt) / 1_000;
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stdout.slice(0, 500)}${stderr}`);
    return { name, count: Number(JSON.parse(stdout).lines), seconds };
  });
};

module.exports = { timeVerifiers };
