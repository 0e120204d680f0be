import { startProgress } from './progress-bar';

const shown = (act: (progress: ReturnType<typeof startProgress>) => void, total: number): string => {
  const lines: string[] = [];
  const write = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  act(startProgress({ unit: 'bytes', total }));
  write.mockRestore();
  return lines.join('');
};

test('nothing of nothing was 100 %; it is no share at all', () => {
  expect(
    shown((progress) => {
      progress.finish(0);
    }, 0),
  ).toMatch(/^0 of 0 bytes, /);
});

test('work that ended before it was done was 100 % once all was read', () => {
  expect(
    shown((progress) => {
      progress.halt(8);
    }, 8),
  ).toContain(' 99 %  8 of 8 bytes');
  expect(
    shown((progress) => {
      progress.halt(0);
    }, 8),
  ).toContain('  0 %  0 of 8 bytes');
  expect(
    shown((progress) => {
      progress.finish(8);
    }, 8),
  ).toContain('100 %  8 of 8 bytes');
});
