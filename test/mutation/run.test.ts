import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const run = (...options: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(__dirname, 'run.js'), ...options], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

describe('options of the mutation', () => {
  test.each([
    ['foo', /^foo: choose from money, balance/],
    ['--foo', /^Unknown option '--foo'/],
  ])('%s is refused with 2, by its name, before anything is changed', (option, fault) => {
    const { status, stderr, stdout } = run(option);
    expect(stderr).toMatch(fault);
    expect(stderr).not.toMatch(/^ +at /m);
    expect([status, stdout]).toEqual([2, '']);
  });

  test('--help is told and is no failure', () => {
    expect(run('--help')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('npm run proof:mutation') as string,
    });
  });
});
