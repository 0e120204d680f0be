export type SippOptions = {
  scenario: string;
  address: string;
  port?: number;
  /** Where it sends to; who is called only waits. */
  to?: string;
  keys?: Readonly<Record<string, string>>;
  flags?: readonly string[];
};

export type Sipp = {
  exited: Promise<{ code: number | null; log: string; errors: string }>;
  log(): string;
  kill(): void;
};

/** A sipp that runs a scenario, with what it logs. It dies with this process. */
export declare const runSipp: (options: SippOptions) => Sipp;

/** Why there is none on this machine, or nothing. */
export declare const missingSipp: () => string | undefined;
