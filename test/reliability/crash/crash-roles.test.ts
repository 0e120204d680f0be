import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** A hang must go red, which Jest's own limit cannot bring about while the process is waited for. */
const limitMs = 400_000;

test(
  'each role a process, under load over HTTP and Kafka: the one that publishes stopped for a while, one that takes in and one that decides killed; nothing lost, doubled or wrong',
  () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(__dirname, 'run-roles.js'), '--kills', '3'], {
      encoding: 'utf8',
      timeout: limitMs,
      killSignal: 'SIGKILL',
    });
    expect(stdout).toContain('struck publish SIGSTOP: 1, intake SIGKILL: 1, decide SIGKILL: 1');
    expect(stdout).toContain('0 lost, 0 doubled, 0 wrong');
    expect(stderr.match(/^\d of 3 kills/gm)).toEqual(['1 of 3 kills', '2 of 3 kills', '3 of 3 kills']);
    expect(status).toBe(0);
  },
  limitMs + 10_000,
);
