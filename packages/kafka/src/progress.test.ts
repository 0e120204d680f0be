import { createProgress, type Progress } from './progress';

const handOut = (progress: Progress, first: number, next: number) =>
  progress.handOut({ first: String(first), next: String(next) });

describe('the progress of a partition', () => {
  it('is due up to the first span that is not durable, in whatever order they become so', () => {
    const progress = createProgress();
    const a = handOut(progress, 5, 10);
    const b = handOut(progress, 10, 20);
    const c = handOut(progress, 20, 21);
    expect(progress.due()).toBeUndefined();
    expect(progress.markDurable(c)).toBe(false);
    expect(progress.due()).toBeUndefined();
    expect(progress.markDurable(a)).toBe(true);
    expect(progress.due()).toBe('10');
    expect(progress.markDurable(b)).toBe(true);
    expect(progress.due()).toBe('21');
  });

  it('is due once, and again when it went on', () => {
    const progress = createProgress();
    const a = handOut(progress, 0, 3);
    const b = handOut(progress, 3, 4);
    progress.markDurable(a);
    progress.markCommitted('3');
    expect(progress.due()).toBeUndefined();
    progress.markDurable(b);
    expect(progress.due()).toBe('4');
  });

  it('leaves out offsets that hold no message', () => {
    const progress = createProgress();
    const a = handOut(progress, 0, 3);
    const b = handOut(progress, 7, 9);
    progress.markDurable(a);
    progress.markDurable(b);
    expect(progress.due()).toBe('9');
  });

  it('disregards what is behind a failure, though it became durable, until it was handed out again', () => {
    const progress = createProgress();
    const a = handOut(progress, 0, 1);
    const b = handOut(progress, 1, 2);
    const c = handOut(progress, 2, 3);
    progress.markFailed(b);
    progress.markDurable(c);
    progress.markDurable(a);
    expect([progress.due(), progress.failedAt()]).toEqual(['1', '1']);

    progress.startAgain();
    const again = handOut(progress, 1, 2);
    const last = handOut(progress, 2, 3);
    progress.markDurable(last);
    expect([progress.due(), progress.failedAt()]).toEqual(['1', undefined]);
    progress.markDurable(again);
    expect(progress.due()).toBe('3');
  });

  it('goes back to the earliest of several failures, not to the last', () => {
    const progress = createProgress();
    const a = handOut(progress, 0, 1);
    const b = handOut(progress, 1, 2);
    const c = handOut(progress, 2, 3);
    progress.markFailed(b);
    progress.markFailed(c);
    expect(progress.failedAt()).toBe('1');
    progress.markFailed(a);
    expect(progress.failedAt()).toBe('0');
  });

  it('is settled when nothing is being worked on, spans that count no more included', () => {
    const progress = createProgress();
    expect(progress.isSettled()).toBe(true);
    const a = handOut(progress, 0, 1);
    const b = handOut(progress, 1, 2);
    progress.markFailed(a);
    expect(progress.isSettled()).toBe(false);
    progress.markDurable(b);
    expect(progress.isSettled()).toBe(true);
  });
});
