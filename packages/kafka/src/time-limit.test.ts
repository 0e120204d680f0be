import { withTimeLimit } from './time-limit';

describe('a time limit', () => {
  it('gives what the promise gives in time', async () => {
    await expect(withTimeLimit(Promise.resolve('done'), 10_000, 'late')).resolves.toBe('done');
    await expect(withTimeLimit(Promise.reject(new Error('broken')), 10_000, 'late')).rejects.toThrow('broken');
  });

  it('gives up on a promise that never ends', async () => {
    await expect(withTimeLimit(new Promise(() => undefined), 1, 'late')).resolves.toBe('late');
    await expect(withTimeLimit(new Promise(() => undefined), -5, 'late')).resolves.toBe('late');
  });
});
