/** Progress of long work on standard error: a bar that redraws on a terminal, a line every few seconds elsewhere. */
export type Progress = {
  update(done: number): void;
  finish(done: number): void;
  /** The work ended before it was done. */
  halt(done: number): void;
};

export type ProgressOptions = {
  /** What `done` counts. */
  unit: string;
  /** How much there is; absent if nobody knows. */
  total?: number | undefined;
  /** What the speed counts, if it is not `unit`. */
  counted?: { unit: string; count(): number };
};

const barWidth = 30;
const terminalMs = 100;
const lineMs = 5_000;

export const startProgress = ({ unit, total, counted }: ProgressOptions): Progress => {
  const { stderr } = process;
  const startedAt = performance.now();
  let shownAt = startedAt;

  const speed = (done: number): string => {
    const count = counted?.count() ?? done;
    const perSecond = Math.round((count * 1_000) / Math.max(1, performance.now() - startedAt));
    return `${counted ? `${inWords(count)} ${counted.unit}, ` : ''}${inWords(perSecond)}/s`;
  };
  const show = (done: number, end: 'open' | 'halted' | 'finished'): void => {
    shownAt = performance.now();
    const isLast = end !== 'open';
    const text = `${barOf(done, total, end === 'finished')}${amountOf(done, total)} ${unit}, ${speed(done)}`;
    stderr.write(stderr.isTTY ? `\r${text}\u001b[K${isLast ? '\n' : ''}` : `${text}\n`);
  };

  return {
    update: (done) => {
      if (performance.now() - shownAt >= (stderr.isTTY ? terminalMs : lineMs)) show(done, 'open');
    },
    finish: (done) => {
      show(done, 'finished');
    },
    halt: (done) => {
      show(done, 'halted');
    },
  };
};

const inWords = (count: number): string => count.toLocaleString('en');

const amountOf = (done: number, total: number | undefined): string =>
  total === undefined ? inWords(done) : `${inWords(done)} of ${inWords(total)}`;

/** Reading runs ahead of the work: it is all done when it is finished, and nothing is no part of nothing. */
const barOf = (done: number, total: number | undefined, isFinished: boolean): string => {
  if (total === undefined || total === 0) return '';
  const share = Math.min(isFinished ? 1 : 0.99, done / total);
  const filled = Math.round(share * barWidth);
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${String(Math.floor(share * 100)).padStart(3)} %  `;
};
