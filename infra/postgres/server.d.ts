export type PostgresOptions = {
  /** 0 (the default) picks a free one. Always on 127.0.0.1. */
  port?: number;
  /** Kept after stop(), and started from again. Without it: a temporary folder, removed by stop(). */
  dataDir?: string;
  /** Of the user `tollgate`, who owns everything. Without it: no password is asked for. */
  password?: string;
  /** Server settings, e.g. `{ fsync: 'off' }`. */
  config?: Readonly<Record<string, string>>;
};

export type Postgres = {
  port: number;
  /** How a client connects to a database: `postgresql://tollgate@127.0.0.1:5432/NAME`. */
  url(database: string, password?: string): string;
  createDatabase(name: string): Promise<void>;
  /** Whether the cluster was made by this start. */
  isNew: boolean;
  /** What psql prints with these arguments. */
  psql(database: string, args: readonly string[]): Promise<string>;
  /** Resolves with a description when the process has ended, however it ended. */
  exited: Promise<string>;
  /** As a crash ends it: nothing is written any more. The data stays. */
  kill(): Promise<void>;
  /** In order; sessions that are open end. */
  stop(): Promise<void>;
};

/** Starts a real PostgreSQL server and resolves once it takes connections. It dies with this process. */
export declare const startPostgres: (options?: PostgresOptions) => Promise<Postgres>;
