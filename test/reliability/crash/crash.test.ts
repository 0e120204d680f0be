import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** A hang must go red, which Jest's own limit cannot bring about while the process is waited for. */
const limitMs = 300_000;

test(
  '20 kills with SIGKILL under load over HTTP and Kafka: nothing lost, doubled or wrong, and every fifth is told',
  () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(__dirname, 'run.js'), '--kills', '20'], {
      encoding: 'utf8',
      timeout: limitMs,
      killSignal: 'SIGKILL',
    });
    expect(stdout).toContain('20 kills survived');
    expect(stdout).toContain('0 lost, 0 doubled, 0 wrong');
    expect(stderr.match(/^\d+ of 20 kills$/gm)).toEqual([5, 10, 15, 20].map((kill) => `${String(kill)} of 20 kills`));
    expect(status).toBe(0);
  },
  limitMs + 10_000,
);
