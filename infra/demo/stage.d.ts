import type { ChildProcess, StdioOptions } from 'node:child_process';

export declare const say: (line: string) => void;

/** What was started adds how it is stopped: done in the end, last first. */
export declare const undo: (() => unknown)[];

/** A folder that is gone in the end. */
export declare const makeFolder: () => string;

/** A `tollgate` command that runs; a Ctrl-C in the terminal does not reach it. */
export declare const spawnTollgate: (
  parameters: readonly string[],
  stdio: StdioOptions,
  settings?: Readonly<Record<string, string>>,
) => { child: ChildProcess; exited: Promise<number | null>; stop(): Promise<void> };

/** Starts one that serves, and resolves with its address once it is ready. */
export declare const startReady: (
  parameters: readonly string[],
  settings?: Readonly<Record<string, string>>,
) => Promise<string>;

/** Plays to its end or until Ctrl-C, stops what was started, and ends the process. */
export declare const perform: (play: (signal: AbortSignal) => Promise<void>) => Promise<never>;
