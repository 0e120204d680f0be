import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Without schemathesis where somebody waits; as many inputs as ever by `npm run proof:fuzz`. */
const isComplete = process.env['CI'] === 'true';
const inputs = '10000';
/** The same inputs for the same commit; `npm run proof:fuzz` draws a new seed each time. */
const seed = '1';
const limitMs = 900_000;

test(
  `${inputs} inputs over HTTP and Kafka, most of them wrong: every answer is documented, and the log holds what was acknowledged`,
  () => {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [join(__dirname, 'run.js'), '--inputs', inputs, '--seed', seed, ...(isComplete ? [] : ['--no-schemathesis'])],
      { encoding: 'utf8', timeout: limitMs },
    );
    process.stdout.write(stdout);
    expect(stdout + stderr).toContain('0 faults, nothing changed without an acknowledgement');
    expect(status).toBe(0);
  },
  limitMs,
);
