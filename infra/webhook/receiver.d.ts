/** The fields of a command that it goes by. */
export type ToldCommand = {
  type: 'BlockTraffic' | 'UnblockTraffic';
  commandId: string;
  accountId: string;
  direction: string;
  sequence: number;
  callsInProgress?: 'let-run' | 'cut-at-grant-end' | 'cut-now';
};

export type LiveCall = { accountId: string; direction: string; limitSeconds?: number };

export type Receiver = {
  url: string;
  port: number;
  /** `acme/inbound`, … */
  blocked(): string[];
  /** What it has taken, in order: a commandId, or `all: ` and those of a full set. */
  told: string[];
  /** Answers 500 to so many of what comes next. */
  fail(times: number): void;
  /** As a crash ends it: its tables are gone, and connections are cut. */
  stop(): Promise<void>;
};

/** A switch of a page that is told by HTTP, as services/softswitch-agent/decisions/002-webhook.md says: the pattern for one that you have. */
export declare const startReceiver: (options?: {
  port?: number;
  /** The header without which nobody is let in. */
  authorization?: string;
  /** Those that go on, from which it takes the ones that it ends. */
  calls?: LiveCall[];
}) => Promise<Receiver>;
