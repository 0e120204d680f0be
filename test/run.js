// @ts-check
'use strict';

const { spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const { existsSync, mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

const checks = ['lint', 'build'];
const suites = ['test:architecture', 'test:unit', 'test:integration', 'test:scenarios', 'test:switch'];

const reports = mkdtempSync(join(tmpdir(), 'tollgate-test-'));

/** @param {string[]} args */
const npmRun = (...args) => {
  process.stdout.write(`\n> npm run ${args[0]}\n`);
  return spawnSync('npm', ['run', '--silent', ...args], { stdio: 'inherit' }).status === 0;
};

/** Beside the other check, for each leaves a core idle. It counts only when it fails: what passes is counted in tests. @param {string} check */
const runCheck = async (check) => {
  const child = spawn('npm', ['run', '--silent', check], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  process.stdout.write(`\n> npm run ${check}\n${output}`);
  return { name: check, passed: 0, failed: code === 0 ? 0 : 1, skipped: 0 };
};

/** @param {string} suite */
const runSuite = (suite) => {
  const file = join(reports, `${suite.replace(':', '-')}.json`);
  const succeeded = npmRun(suite, '--', '--json', `--outputFile=${file}`);
  if (!existsSync(file)) return { name: suite, passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  return {
    name: suite,
    passed: report.numPassedTests,
    failed: succeeded ? failed : Math.max(failed, 1),
    skipped: report.numPendingTests + report.numTodoTests,
  };
};

/** Runs everything, cheapest first and on past a failure, and ends with one line that counts it all. */
const main = async () => {
  process.stdout.write(`\n> npm run ${checks.join(' and ')}, at once: a minute or two\n`);
  const results = [...(await Promise.all(checks.map(runCheck))), ...suites.map(runSuite)];
  rmSync(reports, { recursive: true });

  /** @param {'passed' | 'failed' | 'skipped'} outcome */
  const count = (outcome) => results.reduce((sum, result) => sum + result[outcome], 0);

  const failures = results.filter(({ failed }) => failed > 0).map(({ name }) => name);
  if (failures.length > 0) process.stdout.write(`\nFailed: ${failures.join(', ')}\n`);
  process.stdout.write(`\n${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped\n`);
  process.exitCode = failures.length === 0 ? 0 : 1;
};

void main();
