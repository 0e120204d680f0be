import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { startPostgres, type Postgres } from '../../../infra/postgres/server';
import { connect, type Database } from './database';
import { migrate } from './migrate';

export { startPostgres, type Postgres };

/** What a test does not need: that a crash of the machine leaves everything on its disk. */
export const unsafe = { fsync: 'off', full_page_writes: 'off' };

/** Waits for the condition, not for time. */
export const until = async (isMet: () => boolean | Promise<boolean>, what: string, limitMs = 20_000): Promise<void> => {
  const deadline = Date.now() + limitMs;
  while (!(await isMet())) {
    if (Date.now() > deadline) throw new Error(`never happened: ${what}`);
    await sleep(10);
  }
};

let databases = 0;

/** The URL of a database of its own. */
export const freshDatabase = async (postgres: Postgres): Promise<string> => {
  databases += 1;
  const name = `reports_${String(databases)}`;
  await postgres.createDatabase(name);
  return postgres.url(name);
};

/** With its tables. */
export const openFresh = async (postgres: Postgres): Promise<Database & { url: string }> => {
  const url = await freshDatabase(postgres);
  const database = await connect(url);
  await migrate(database);
  return { ...database, url };
};

/** Rows of a query as they come, numbers as their exact text. */
export const ask = async (url: string, query: string): Promise<Record<string, unknown>[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(query)).rows;
  } finally {
    await client.end();
  }
};

const tables = ['accounts', 'entries', 'traffic_decisions', 'rejected_messages', 'lost_messages', 'checkpoint'];

/** Everything in the tables, a line of JSON a row. */
export const dump = async ({ client }: Database): Promise<string[]> => {
  const all = tables.map(
    (table) => `select '${table} ' || row_to_json(one)::text as line from tollgate.${table} as one`,
  );
  const { rows } = await client.query<{ line: string }>(`${all.join(' union all ')} order by 1`);
  return rows.map(({ line }) => line);
};
