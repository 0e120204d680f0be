import { constants } from 'node:os';

/** A signal ended a command before it was done. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** As a shell tells it. */
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals, howFar: string) {
    super(`interrupted by ${signal}${howFar}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** Ctrl-C on `npm start` or `npx` comes twice, from the terminal and from npm: only one that comes later is meant. */
export const sameSignalMs = 1_000;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What becomes of the work; throws `Interrupted` at a signal, with how far it came: whoever catches that ends the process. */
export const untilInterrupted = async <Result>(work: Promise<Result>, howFar: () => string): Promise<Result> => {
  let forget = (): void => undefined;
  const interrupted = new Promise<never>((_resolve, reject) => {
    const interrupt = (signal: NodeJS.Signals): void => {
      reject(new Interrupted(signal, howFar()));
      setTimeout(forget, sameSignalMs).unref();
    };
    for (const signal of signals) process.on(signal, interrupt);
    forget = () => {
      for (const signal of signals) process.off(signal, interrupt);
    };
  });
  const result = await Promise.race([work, interrupted]);
  forget();
  return result;
};
