import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { connect } from './database';
import { migrate } from './migrate';
import { ask, freshDatabase, openFresh, startPostgres, unsafe } from './postgres.test-support';
import type { Postgres } from './postgres.test-support';
import { rebuildReports } from './rebuild';
import { called, opened, recorded, reversed, settled } from './story.fixture';
import { writeBatch } from './write-batch';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres({ config: unsafe });
});
afterAll(() => postgres.stop());

const acme = { accountId: 'acme', direction: 'inbound', amount: '1' } as const;
const story = recorded([
  opened('acme'),
  called({ ...acme, id: 'u0' }),
  settled({ ...acme, id: 'u1', authorizationId: 'a', final: false }, { state: 'reduced' }),
  settled({ ...acme, id: 'u2', authorizationId: 'a' }, { state: 'settled', overrun: '0.0000000001' }),
  settled({ ...acme, id: 'u3', authorizationId: 'nobody' }, { state: 'unknown' }),
  called({ ...acme, id: 'u4', authorizationId: 'before' }),
  settled({ ...acme, id: 'u5', authorizationId: 'b' }, { state: 'ended' }),
  reversed({ ...acme, kind: 'usage', id: 'u5' }),
]);
const calls = 'select id, authorization_id, settlement, overrun from tollgate.calls order by revision';
const linesOf = async (url: string): Promise<string[]> =>
  (await ask(url, calls)).map((row) => Object.values(row).map(String).join(' '));
const expected = [
  'u0 null null null',
  'u1 a reduced null',
  'u2 a settled 0.0000000001',
  'u3 nobody unknown null',
  'u4 before null null',
];

test('usage is reported with the call it is of, what became of what was held, and how far it was above', async () => {
  const database = await openFresh(postgres);
  await writeBatch(database, undefined, story);
  database.close();
  expect(await linesOf(database.url)).toEqual(expected);
});

/** The tables as the Tollgate before these columns made them, and one entry. */
const earlier = async (): Promise<string> => {
  const url = await freshDatabase(postgres);
  const texts = ['001-tables.sql', '002-views.sql'].map((file) =>
    readFile(join(__dirname, '../migrations', file), 'utf8'),
  );
  await ask(
    url,
    `create schema tollgate; ${(await Promise.all(texts)).join('\n')}
    create table tollgate.migration (name varchar(255) primary key, timestamp varchar(255) not null);
    insert into tollgate.migration values ('001-tables.sql', '2026'), ('002-views.sql', '2026');
    insert into tollgate.entries (account_id, revision, position, kind, id, direction, amount, day, received_at, recorded_at)
    values ('acme', 1, 1, 'usage', 'old', 'inbound', 1, now(), now(), now())`,
  );
  return url;
};

const groups = async function* (): AsyncGenerator<RecordedEvent<LogEvent>[]> {
  yield* [await Promise.resolve(story)];
};

test('tables of before are kept and get the columns, empty; a rebuild fills them', async () => {
  const url = await earlier();
  const database = await connect(url);
  await migrate(database);
  database.close();
  expect(await ask(url, 'select id, authorization_id from tollgate.entries')).toEqual([
    { id: 'old', authorization_id: null },
  ]);
  await rebuildReports({ url, groups: groups(), replacesOthers: true, onProgress: () => undefined });
  expect(await linesOf(url)).toEqual(expected);
});
