import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

test('20 kills with SIGKILL under load over HTTP and Kafka: nothing lost, doubled or wrong', () => {
  const { status, stdout } = spawnSync(process.execPath, [join(__dirname, 'run.js'), '--kills', '20'], {
    encoding: 'utf8',
  });
  expect(stdout).toContain('20 kills survived');
  expect(stdout).toContain('0 lost, 0 doubled, 0 wrong');
  expect(status).toBe(0);
}, 300_000);
