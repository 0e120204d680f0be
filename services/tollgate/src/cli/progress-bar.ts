/** Progress of long work on standard error: a bar that redraws on a terminal, a line every few seconds elsewhere. */
export type Progress = {
  update(done: number): void;
  finish(done: number): void;
};

const barWidth = 30;
const terminalMs = 100;
const lineMs = 5_000;

export const startProgress = (unit: string, total: number): Progress => {
  const { stderr } = process;
  const startedAt = performance.now();
  let shownAt = startedAt;

  const text = (done: number): string => {
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const filled = Math.round(share * barWidth);
    const perSecond = Math.round((done * 1_000) / Math.max(1, performance.now() - startedAt));
    const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
    return `${bar} ${String(Math.floor(share * 100)).padStart(3)} %  ${done.toLocaleString('en')} of ${total.toLocaleString('en')} ${unit}, ${perSecond.toLocaleString('en')}/s`;
  };
  const show = (done: number, isLast: boolean): void => {
    shownAt = performance.now();
    stderr.write(stderr.isTTY ? `\r${text(done)}${isLast ? '\n' : ''}` : `${text(done)}\n`);
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
