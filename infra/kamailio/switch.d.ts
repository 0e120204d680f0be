import type { SwitchTables } from './tables';

export type KamailioOptions = {
  tables: SwitchTables;
  /** `postgresql://…` of the database that dialogs are kept in; its tables are made where they are missing. */
  database: string;
  /** Runs SQL in that database, as psql does with these arguments. */
  psql(args: readonly string[]): Promise<string>;
  /** CDRs, tables and log. Kept after stop(). */
  dataDir: string;
  /** Where SIP is taken; port 0 (the default) is any free one. Default 127.0.0.1. */
  address?: string;
  sipPort?: number;
  rpcPort?: number;
  evapiPort?: number;
  /** The network, besides this machine, that the agent may come from. Default 127.0.0.0/8. */
  agents?: string;
  /** How long a call waits for the agent's answer. */
  askMs?: number;
  /** What an account with the policy `open` may do while nobody can be asked: so many calls at once, so long each. */
  openCalls?: number;
  openSeconds?: number;
};

export type Kamailio = {
  /** `127.0.0.1:5060`. */
  sip: string;
  sipPort: number;
  rpcUrl: string;
  /** `127.0.0.1:8448`. */
  evapi: string;
  cdrs: string;
  pid: number;
  exited: Promise<string>;
  /** In order: calls are kept in the database. */
  stop(): Promise<void>;
  /** As a crash ends it, all of its processes. */
  kill(): Promise<void>;
};

/** Starts a real Kamailio and resolves once it answers. It dies with this process. */
export declare const startKamailio: (options: KamailioOptions) => Promise<Kamailio>;

/** Why there is none on this machine, or nothing. */
export declare const missingKamailio: () => string | undefined;
