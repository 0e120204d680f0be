import { runToEnd } from './run-to-end';

test('a program that hung kept the whole run from ending, since no limit of a test is seen meanwhile', () => {
  const script = 'console.log("begun"); setInterval(() => undefined, 1_000)';
  expect(() => runToEnd(process.execPath, ['-e', script], { timeout: 2_000 })).toThrow(
    /-e .*: it has not come to its end, and printed: begun/,
  );
});

test('a program that ends is told with what it printed', () => {
  const { status, stdout } = runToEnd('sh', ['-c', 'cat; exit 3'], { input: 'text' });
  expect([status, stdout]).toEqual([3, 'text']);
});
