import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** As many as the documents tell of by `npm run proof:books`. */
const events = '4000';

test(`the demo and ${events} random events, reversals and late ones among them: hledger, beancount and DuckDB compute what Tollgate answers`, () => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(__dirname, 'run.js'), '--events', events, '--seed', '1', '--demo-seconds', '8'],
    { encoding: 'utf8' },
  );
  expect(stdout + stderr).toMatch(/^the demo and \d+ events, seed 1: all agree to the last digit\n$/m);
  expect(stdout.match(/^random, (hledger|beancount): \d{3} sums$/gm)).toHaveLength(2);
  expect(stdout.match(/^demo, (hledger|beancount): \d{2} sums$/gm)).toHaveLength(2);
  expect(status).toBe(0);
}, 120_000);
