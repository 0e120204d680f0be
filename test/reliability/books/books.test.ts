import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** As many as the documents tell of by `npm run proof:books`. */
const events = '4000';

test(`${events} random events, reversals and late ones among them: hledger, beancount and DuckDB compute what Tollgate answers`, () => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(__dirname, 'run.js'), '--events', events, '--seed', '1'],
    { encoding: 'utf8' },
  );
  expect(stdout + stderr).toMatch(/ events, seed 1: all agree to the last digit\n$/);
  expect(stdout.match(/^(hledger|beancount): \d{3} sums$/gm)).toHaveLength(2);
  expect(status).toBe(0);
}, 120_000);
