import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseFault, inDatabase } from './database';
import type { Database } from './database';

const folder = join(__dirname, '../migrations');

/** Brings the tables to today's form, once, whoever else is about to. Throws `DatabaseFault`. */
export const migrate = ({ client }: Database): Promise<void> =>
  inDatabase(async () => {
    // Its 263 files would be read at the start of every command.
    const { Kysely, Migrator, PostgresDialect, sql } = await import('kysely');
    const upBy =
      (text: string) =>
      async (db: InstanceType<typeof Kysely<unknown>>): Promise<void> => {
        await sql.raw(text).execute(db);
      };
    const texts = await readMigrations();
    const migrations = Object.fromEntries(texts.map(([file, text]) => [file, { up: upBy(text) }]));
    const oneConnection = { query: client.query.bind(client), release: () => undefined };
    const pool = { connect: () => Promise.resolve(oneConnection), end: () => Promise.resolve() };
    const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    const names = { migrationTableSchema: 'tollgate', migrationTableName: 'migration' };
    const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) }, ...names });
    const { error } = await migrator.migrateToLatest();
    if (error instanceof Error && error.message.includes('previously executed migration'))
      throw new DatabaseFault('a newer Tollgate has made these tables: run that one, or a newer one, on this database');
    if (error !== undefined) throw error as Error;
  });

const readMigrations = async (): Promise<[file: string, text: string][]> => {
  const files = await readdir(folder);
  return Promise.all(
    files.map(async (file): Promise<[string, string]> => [file, await readFile(join(folder, file), 'utf8')]),
  );
};
