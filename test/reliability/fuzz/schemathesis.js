// @ts-check
'use strict';

const { once } = require('node:events');
const { existsSync, mkdirSync, writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { spawnChild } = require('../proof');
const { startTollgate } = require('./tollgate');

const version = '4.32.5';
/** For each operation, beside the examples and limits that the document names; fewer where all the tests run. */
const examples = process.env['CI'] === 'true' ? 10 : 50;
const mostMs = 300_000;
const cache = resolve(__dirname, '../../../.cache');
const environment = join(cache, `schemathesis-${version}`);
const program = join(environment, 'bin', 'schemathesis');
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
];

/** 503 is documented: the read model may be behind the position that is asked for. */
const documented503 = `[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", 503]
`;

/** Why it cannot be had; undefined once it is there. */
const install = async () => {
  if (existsSync(program)) return undefined;
  mkdirSync(cache, { recursive: true });
  const steps = [
    ['python3', '-m', 'venv', '--clear', environment],
    [join(environment, 'bin', 'python'), '-m', 'pip', 'install', '--quiet', `schemathesis==${version}`],
  ];
  for (const [command = '', ...parameters] of steps) {
    const child = spawnChild(command, parameters, { stdio: ['ignore', 'ignore', 'pipe'], timeout: mostMs });
    let complaints = '';
    child.stderr.on('data', (chunk) => (complaints += chunk));
    const [code] = await once(child, 'close').catch((error) => [error.message]);
    if (code !== 0) return `${[command, ...parameters].join(' ')}: ${complaints.trim().split('\n').at(-1) || code}`;
  }
  return undefined;
};

/**
 * Drives the OpenAPI document against a Tollgate of its own; what it finds goes into the report.
 * @param {{ folder: string, seed: number, report: import('./report').Report, print: (line: string) => void }} parts
 */
const runSchemathesis = async ({ folder, seed, report, print }) => {
  const why = await install();
  if (why !== undefined)
    return report.fault(`schemathesis cannot be installed (--no-schemathesis leaves it out): ${why}`);
  const tollgate = await startTollgate({ data: join(folder, 'described') });
  await tollgate.ready();
  writeFileSync(join(folder, 'schemathesis.toml'), documented503);
  const child = spawnChild(
    program,
    [
      ...['run', `${tollgate.url}/openapi.json`, '--checks', checks.join(), '--max-examples', String(examples)],
      ...['--phases', 'examples,coverage,fuzzing', '--seed', String(seed), '--request-timeout', '30'],
      // NDJSON is nothing it can write.
      ...['--exclude-path', '/v1/batch', '--continue-on-failure', '--no-color', '--generation-database', 'none'],
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: mostMs, killSignal: 'SIGKILL' },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) report.fault(`schemathesis ${version}:\n${output.slice(-12_000)}`);
  const ended = tollgate.ended() || (await tollgate.stop());
  if (ended !== '0') report.fault(`Tollgate ended with ${ended} under schemathesis`);
  if (tollgate.complaints() !== '') report.fault(`Tollgate complained: ${tollgate.complaints().slice(0, 3_000)}`);
  const counted = output
    .split('\n')
    .filter((line) => /generated|✅|operations|tested/i.test(line))
    .map((line) => line.trim());
  print(`schemathesis ${version}, seed ${seed}: ${counted.join('; ')}`);
};

module.exports = { runSchemathesis };
