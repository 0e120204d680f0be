/** Progress of long work on standard error: a bar that redraws on a terminal, a line every few seconds elsewhere. */
export type Progress = {
  update(done: number): void;
  finish(done: number): void;
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
  const show = (done: number, isLast: boolean): void => {
    shownAt = performance.now();
    const text = `${barOf(done, total)}${amountOf(done, total)} ${unit}, ${speed(done)}`;
    stderr.write(stderr.isTTY ? `\r${text}\u001b[K${isLast ? '\n' : ''}` : `${text}\n`);
  };

  return {
    update: (done) => {
      if (performance.now() - shownAt >= (stderr.isTTY ? terminalMs : lineMs)) show(done, false);
    },
    finish: (done) => {
      show(done, true);
    },
  };
};

const inWords = (count: number): string => count.toLocaleString('en');

const amountOf = (done: number, total: number | undefined): string =>
  total === undefined ? inWords(done) : `${inWords(done)} of ${inWords(total)}`;

const barOf = (done: number, total: number | undefined): string => {
  if (total === undefined) return '';
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(share * barWidth);
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${String(Math.floor(share * 100)).padStart(3)} %  `;
};
