import { Client } from 'pg';

/** The database cannot be used as it is now; its message says why, and what to do where there is something to do. */
export class DatabaseFault extends Error {
  override readonly name: string = 'DatabaseFault';
  readonly retriable = true;
}

export type Database = {
  client: Client;
  /** Aborted, with a `DatabaseFault` for its reason, when the connection is gone. */
  lost: AbortSignal;
  /** At once, whatever is under way: what was not committed did not happen. */
  close(): void;
};

const connectTimeoutMs = 3_000;

/** Throws `DatabaseFault`. Nothing it says has the URL in it, for there is a password in that. */
export const connect = (url: string): Promise<Database> =>
  inDatabase(async () => {
    const client = new Client({
      connectionString: url,
      application_name: 'tollgate',
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
    });
    const lost = new AbortController();
    // Also where nobody asks for anything: without a listener it would end the process.
    client.on('error', (error) => {
      lost.abort(faultOf(error));
    });
    client.on('end', () => {
      lost.abort(new DatabaseFault('the connection was closed'));
    });
    await client.connect();
    return { client, lost: lost.signal, close: () => void client.end().catch(() => undefined) };
  });

/** By then the database itself has given up whatever a statement waits for. */
const silentMs = 60_000;

/** Closes the connection of a database that is not heard of any more: one that hangs, or that went away without a word. Throws `DatabaseFault`. */
export const answered = async <Result>(
  database: Database,
  work: () => Promise<Result>,
  withinMs = silentMs,
): Promise<Result> => {
  const silence = new AbortController();
  const timer = setTimeout(() => {
    silence.abort();
    database.close();
  }, withinMs);
  try {
    return await work();
  } catch (error) {
    if (!silence.signal.aborted) throw error;
    throw new DatabaseFault(`it has not answered for ${String(withinMs / 1_000)} s`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
};

/** Whatever goes wrong in there is the database's. */
export const inDatabase = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  try {
    return await work();
  } catch (error) {
    throw faultOf(error);
  }
};

const faultOf = (error: unknown): DatabaseFault =>
  error instanceof DatabaseFault ? error : new DatabaseFault(reasonOf(error), { cause: error });

/** Where a name has several addresses, none of which answers, the error itself says nothing. */
const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
};
