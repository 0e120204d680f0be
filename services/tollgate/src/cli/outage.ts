const repeatSeconds = 30;

/** Does something again and again, every so many seconds, until the function it returns is called. */
export type Repeat = (act: () => void, everySeconds: number) => () => void;

const byTimer: Repeat = (act, everySeconds) => {
  const timer = setInterval(act, everySeconds * 1_000);
  return () => {
    clearInterval(timer);
  };
};

/** On a line of its own: the progress bar stands in the last one. */
const besideProgress = (text: string): void => {
  process.stderr.write(`\n${text}\n`);
};

/** Tells that nothing answers: at once, and every half minute how long it has been, so that waiting does not look like hanging. */
export const createOutage = (tell: (text: string) => void = besideProgress, repeat: Repeat = byTimer) => {
  let endRepeating = (): void => undefined;
  return {
    begin: ({ message }: Error): void => {
      endRepeating();
      tell(`${message}; trying again`);
      let waitedSeconds = 0;
      endRepeating = repeat(() => {
        waitedSeconds += repeatSeconds;
        tell(`no answer for ${String(waitedSeconds)} s; still trying`);
      }, repeatSeconds);
    },
    end: (): void => {
      endRepeating();
    },
  };
};
