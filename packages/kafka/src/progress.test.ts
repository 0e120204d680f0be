import { createProgress } from './progress';

const span = (first: number, next: number) => ({ first: String(first), next: String(next) });

describe('the progress of a partition', () => {
  it('is due up to the first span that is not durable, in whatever order they become so', () => {
    const progress = createProgress();
    const [a, b, c] = [span(5, 10), span(10, 20), span(20, 21)].map(progress.handOut);
    expect(progress.due()).toBeUndefined();
    expect(progress.markDurable(c!)).toBe(false);
    expect(progress.due()).toBeUndefined();
    expect(progress.markDurable(a!)).toBe(true);
    expect(progress.due()).toBe('10');
    expect(progress.markDurable(b!)).toBe(true);
    expect(progress.due()).toBe('21');
  });

  it('is due once, and again when it went on', () => {
    const progress = createProgress();
    const [a, b] = [span(0, 3), span(3, 4)].map(progress.handOut);
    progress.markDurable(a!);
    progress.markCommitted('3');
    expect(progress.due()).toBeUndefined();
    progress.markDurable(b!);
    expect(progress.due()).toBe('4');
  });

  it('leaves out offsets that hold no message', () => {
    const progress = createProgress();
    const [a, b] = [span(0, 3), span(7, 9)].map(progress.handOut);
    progress.markDurable(a!);
    progress.markDurable(b!);
    expect(progress.due()).toBe('9');
  });

  it('disregards what is behind a failure, though it became durable, until it was handed out again', () => {
    const progress = createProgress();
    const [a, b, c] = [span(0, 1), span(1, 2), span(2, 3)].map(progress.handOut);
    progress.markFailed(b!);
    progress.markDurable(c!);
    progress.markDurable(a!);
    expect([progress.due(), progress.failedAt()]).toEqual(['1', '1']);

    progress.startAgain();
    const [again, last] = [span(1, 2), span(2, 3)].map(progress.handOut);
    progress.markDurable(last!);
    expect([progress.due(), progress.failedAt()]).toEqual(['1', undefined]);
    progress.markDurable(again!);
    expect(progress.due()).toBe('3');
  });

  it('goes back to the earliest of several failures, not to the last', () => {
    const progress = createProgress();
    const [a, b, c] = [span(0, 1), span(1, 2), span(2, 3)].map(progress.handOut);
    progress.markFailed(b!);
    progress.markFailed(c!);
    expect(progress.failedAt()).toBe('1');
    progress.markFailed(a!);
    expect(progress.failedAt()).toBe('0');
  });

  it('is settled when nothing is being worked on, spans that count no more included', () => {
    const progress = createProgress();
    expect(progress.isSettled()).toBe(true);
    const [a, b] = [span(0, 1), span(1, 2)].map(progress.handOut);
    progress.markFailed(a!);
    expect(progress.isSettled()).toBe(false);
    progress.markDurable(b!);
    expect(progress.isSettled()).toBe(true);
  });
});
