import fc from 'fast-check';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { readCheckpoint } from './checkpoint';
import type { Checkpoint } from './checkpoint';
import { connect } from './database';
import type { Database } from './database';
import { ask, dump, openFresh, startPostgres, unsafe } from './postgres.test-support';
import type { Postgres } from './postgres.test-support';
import { rebuildReports } from './rebuild';
import { adjusted, called, lost, opened, paid, recorded, rejected, reversed, ruled, turned } from './story.fixture';
import type { Told } from './story.fixture';
import { Fenced, writeBatch } from './write-batch';

type Events = RecordedEvent<LogEvent>[];

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres({ config: unsafe });
});
afterAll(() => postgres.stop());

/** Writes events in batches of these sizes, in turn. */
const writeAll = async (database: Database, events: Events, sizes: readonly number[]): Promise<void> => {
  let checkpoint: Checkpoint | undefined;
  for (let from = 0, turn = 0; from < events.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? events.length;
    checkpoint = await writeBatch(database, checkpoint, events.slice(from, from + size));
    from += size;
  }
};

const one = { accountId: 'acme', direction: 'inbound', amount: '1' } as const;
const story: Told[] = [
  opened('acme', { cutoff: { balances: ['inbound'], creditLimits: { inbound: '5' } } }),
  turned('blocked', { accountId: 'acme', sequence: 1, direction: 'inbound', at: 1 }),
  paid({ ...one, id: 'p1', amount: '999999999999999999.9999999999' }),
  paid({ ...one, id: 'p2', amount: '999999999999999999.9999999999' }),
  called({ ...one, id: 'u1', amount: '0.0000000001' }),
  adjusted({ ...one, id: 'a1', amount: '-2.50', direction: 'outbound' }),
  reversed({ ...one, kind: 'payment', id: 'p1', amount: '999999999999999999.9999999999' }),
  ruled('acme', { balances: ['mutual', 'inbound'], mutualFormula: 'inbound-minus-outbound' }),
  rejected('{"half', '9007199254740993'),
  lost('9007199254740993', '9007199254740995'),
];

test('balances and totals are exact, whatever their size, and the rule is the last one', async () => {
  const database = await openFresh(postgres);
  await writeAll(database, recorded(story), [3]);
  expect(await ask(database.url, 'select * from tollgate.accounts')).toEqual([
    expect.objectContaining({
      inbound_payments: '999999999999999999.9999999999',
      inbound_usage: '0.0000000001',
      inbound_balance: '999999999999999999.9999999998',
      outbound_balance: '-2.5',
      mutual_balance: '1000000000000000002.4999999998',
      cutoff_balances: ['inbound', 'mutual'],
      inbound_limit: '0',
      revision: 6,
    }),
  ]);
  const messages =
    'select message_offset, payload, from_offset from tollgate.rejected_messages, tollgate.lost_messages';
  expect(await ask(database.url, messages)).toEqual([
    { message_offset: '9007199254740993', payload: '{"half', from_offset: '9007199254740993' },
  ]);
  database.close();
});

test('a number that is sealed is not copied, nor what it is sealed to', async () => {
  const database = await openFresh(postgres);
  const told = recorded([
    opened('acme'),
    called({ ...one, id: 'u1', caller: 'c2VhbGVk', callee: 'c2VhbGVk', callId: 'c' }),
  ]);
  const sealed = told.map((event) =>
    event.type === 'UsageCharged'
      ? { ...event, metadata: { ...event.metadata, sealed: '2026-01/0123456789abcdef' } }
      : event,
  );
  await writeAll(database, sealed, [2]);
  expect(await ask(database.url, 'select id, call_id, caller, callee from tollgate.entries')).toEqual([
    { id: 'u1', call_id: 'c', caller: null, callee: null },
  ]);
  database.close();
});

test('texts that PostgreSQL cannot keep, or would take for something else, stop nothing', async () => {
  const odd = 'tab\t line\r\n back\\slash \\N quote" {brace} nul\0 half\ud800';
  const kept = odd.replace('\0', '\ufffd').replace('\ud800', '\ufffd');
  const told = [
    opened('acme', { name: odd }),
    called({
      ...one,
      id: "'\\",
      callee: odd,
      callId: odd,
      startedAt: '0000-02-29T00:00:00Z',
      durationSeconds: 1.5e300,
    }),
    called({ ...one, id: '\\.', startedAt: '9999-12-31T23:59:59.999999999Z', durationSeconds: 1e-7 }),
    rejected(odd, '0'),
  ];
  const database = await openFresh(postgres);
  await writeAll(database, recorded(told), [4]);
  expect(await ask(database.url, 'select name from tollgate.accounts')).toEqual([{ name: kept }]);
  expect(await ask(database.url, 'select payload from tollgate.rejected_messages')).toEqual([{ payload: kept }]);
  const calls =
    'select id, callee, day::text, duration_seconds::float8 as seconds from tollgate.entries order by revision';
  expect(await ask(database.url, calls)).toEqual([
    { id: "'\\", callee: kept, day: '0001-02-29 BC', seconds: 1.5e300 },
    { id: '\\.', callee: null, day: '9999-12-31', seconds: 1e-7 },
  ]);
  database.close();
});

test('a batch that fails leaves nothing behind, and its checkpoint where it was', async () => {
  const database = await openFresh(postgres);
  const events = recorded([...story, paid({ ...one, id: 'p9', accountId: 'never-opened' })]);
  const before = await writeBatch(database, undefined, events.slice(0, 4));
  const dumped = await dump(database);
  await expect(writeBatch(database, before, events.slice(4))).rejects.toThrow('null value in column "currency"');
  const again = await connect(database.url);
  database.close();
  expect(await dump(again)).toEqual(dumped);
  again.close();
});

test('of two writers with one checkpoint the second is refused, also where it came while the first was writing', async () => {
  const first = await openFresh(postgres);
  const second = await connect(first.url);
  const events = recorded(story);
  const outcomes = await Promise.allSettled([first, second].map((writer) => writeBatch(writer, undefined, events)));
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const refusal = outcomes.find((outcome) => outcome.status === 'rejected');
  expect(refusal?.reason).toBeInstanceOf(Fenced);
  expect(await ask(first.url, 'select count(*) from tollgate.entries')).toEqual([{ count: '5' }]);
  expect(await readCheckpoint(second)).toEqual({ ledger: 'ledger-1', position: 10n, eventId: 'ledger-10' });
  for (const { close } of [first, second]) close();
});

const amount = fc.constantFrom('1', '0.5', '2.50', '0.0000000001', '999999999999999999.9999999999');
const accountIds = ['acme', 'globex', 'initech'];
const given = fc.record({
  accountId: fc.constantFrom(...accountIds),
  direction: fc.constantFrom('inbound', 'outbound'),
  amount,
});
const telling = fc.oneof(
  given.map((entry) => (id: string) => [paid({ ...entry, id })]),
  given.map((entry) => (id: string) => [called({ ...entry, id })]),
  given.map((entry) => (id: string) => [adjusted({ ...entry, id, amount: `-${entry.amount}` })]),
  given.map((entry) => (id: string) => [called({ ...entry, id }), reversed({ kind: 'usage', ...entry, id })]),
  given.map(({ accountId, amount: mutual }) => () => [ruled(accountId, { balances: [], creditLimits: { mutual } })]),
  fc.constant((id: string) => [rejected(id, '7')]),
  fc.constant(() => [lost('7', '9')]),
);
const histories = fc
  .array(telling, { maxLength: 30 })
  .map((tellings) => [
    ...accountIds.map((id) => opened(id)),
    ...tellings.flatMap((tell, index) => tell(`e${String(index)}`)),
  ]);

test('any batch split gives the same tables, and so does a rebuild', async () => {
  const database = await openFresh(postgres);
  const empty = (): Promise<unknown> =>
    database.client.query(
      'truncate tollgate.accounts, tollgate.entries, tollgate.rejected_messages, tollgate.lost_messages; update tollgate.checkpoint set position = null, event_id = null, ledger = null',
    );
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(histories, sizes, async (told, split) => {
      const events = recorded(told);
      await empty();
      await writeAll(database, events, [events.length]);
      const atOnce = await dump(database);
      await empty();
      await writeAll(database, events, split);
      expect(await dump(database)).toEqual(atOnce);
      await rebuildReports({
        url: database.url,
        groups: groupsOf(events, split),
        replacesOthers: false,
        onProgress: () => undefined,
      });
      expect(await dump(database)).toEqual(atOnce);
    }),
    { numRuns: 15 },
  );
  database.close();
});

const groupsOf = async function* (events: Events, [size = 1]: number[]): AsyncGenerator<Events> {
  for (let from = 0; from < events.length; from += size) yield await Promise.resolve(events.slice(from, from + size));
};

test('a rebuild keeps a Tollgate that writes waiting and then refuses it; interrupted, the reports are what they were', async () => {
  const database = await openFresh(postgres);
  const { url } = database;
  const events = recorded([
    opened('acme'),
    ...Array.from({ length: 20_000 }, (_, id) => paid({ ...one, id: String(id) })),
  ]);
  await writeAll(database, events.slice(0, 10), [10]);
  const seen = await readCheckpoint(database);
  const dumped = await dump(database);
  const options = { url, replacesOthers: false, onProgress: () => undefined };
  const breaking = async function* (): AsyncGenerator<Events> {
    yield await Promise.resolve(events);
    throw new Error('the log is damaged');
  };
  await expect(rebuildReports({ ...options, groups: breaking() })).rejects.toThrow('the log is damaged');
  expect(await dump(database)).toEqual(dumped);

  let writing = Promise.resolve<unknown>(undefined);
  const beside = async function* (): AsyncGenerator<Events> {
    yield await Promise.resolve(events.slice(0, 15_000));
    writing = writeBatch(database, seen, events.slice(10, 20)).catch((error: unknown) => error);
    yield events.slice(15_000);
  };
  await rebuildReports({ ...options, groups: beside() });
  expect(await writing).toBeInstanceOf(Fenced);
  const sums = 'select inbound_balance, (select count(*) from tollgate.entries) from tollgate.accounts';
  expect(await ask(url, sums)).toEqual([{ inbound_balance: '20000', count: '20000' }]);
  database.close();
});

test('a rebuild leaves the reports of another ledger alone, unless it is told that they may go', async () => {
  const database = await openFresh(postgres);
  const { url } = database;
  await writeAll(database, recorded(story), [10]);
  const dumped = await dump(database);
  const others = recorded([opened('globex')], 'other');
  const rebuild = (replacesOthers: boolean) =>
    rebuildReports({ url, groups: groupsOf(others, [1]), replacesOthers, onProgress: () => undefined });
  await expect(rebuild(false)).rejects.toThrow('reports of another ledger (ledger-1): --yes replaces them');
  expect(await dump(database)).toEqual(dumped);
  expect(await rebuild(true)).toMatchObject({ events: 1 });
  expect(await ask(url, 'select account_id from tollgate.accounts')).toEqual([{ account_id: 'globex' }]);
  database.close();
});
