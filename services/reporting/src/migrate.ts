import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import type { Migration } from 'kysely';
import { DatabaseFault, inDatabase } from './database';
import type { Database } from './database';

const folder = join(__dirname, '../migrations');

/** Brings the tables to today's form, once, whoever else is about to. Throws `DatabaseFault`. */
export const migrate = ({ client }: Database): Promise<void> =>
  inDatabase(async () => {
    const oneConnection = { query: client.query.bind(client), release: () => undefined };
    const pool = { connect: () => Promise.resolve(oneConnection), end: () => Promise.resolve() };
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    const names = { migrationTableSchema: 'tollgate', migrationTableName: 'migration' };
    const migrator = new Migrator({ db, provider: { getMigrations: readMigrations }, ...names });
    const { error } = await migrator.migrateToLatest();
    if (error instanceof Error && error.message.includes('previously executed migration'))
      throw new DatabaseFault('a newer Tollgate has made these tables: run that one, or a newer one, on this database');
    if (error !== undefined) throw error as Error;
  });

const readMigrations = async (): Promise<Record<string, Migration>> => {
  const files = await readdir(folder);
  const migrations = await Promise.all(
    files.map(async (file): Promise<[string, Migration]> => {
      const text = await readFile(join(folder, file), 'utf8');
      const up = async (db: Kysely<unknown>): Promise<void> => {
        await sql.raw(text).execute(db);
      };
      return [file, { up }];
    }),
  );
  return Object.fromEntries(migrations);
};
