import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { addBatch, lossKey, openAccountTable } from '@tollgate/account-table';
import type { AccountTable, Partner } from '@tollgate/account-table';
import { balanceTexts, settingOf } from '@tollgate/balance';
import { commandIdOf, isAccountEvent, logLine, storedEvents, trafficCommandOf } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { Position, RecordedEvent } from '@tollgate/event-store';
import { openFileLogReader } from '@tollgate/event-store-file';
import { openLmdbLog } from '@tollgate/event-store-lmdb';
import { openFolderReadOnly } from '@tollgate/folder';
import { formatAmount } from '@tollgate/money';
import { createOpener } from '@tollgate/number-keys';
import { createFold, eventIn } from '@tollgate/verify';
import { runToEnd } from '../run-to-end';
import { isMadeAfterKill, readTold, removeUnpacked, unpack } from './history';
import type { Told } from './history';

/** Recorded events of a folder, as they are read today. */
type ReadEvents = (data: string) => Promise<RecordedEvent<LogEvent>[]>;

const readLmdb: ReadEvents = async (data) => {
  const log = await openLmdbLog(join(data, 'event-log'));
  try {
    return Array.from(log.events(), ({ type, data, metadata, unread: _unread, ...place }) => ({
      ...place,
      ...storedEvents.decode({ type, version: 0, data, metadata }),
    }));
  } finally {
    await log.close();
  }
};

const readFiles: ReadEvents = async (data) => {
  const log = await openFileLogReader<LogEvent>(openFolderReadOnly(join(data, 'log')), { codec: storedEvents });
  const events: RecordedEvent<LogEvent>[] = [];
  for await (const group of log.groups())
    for (let index = 0; index < group.count; index += 1) events.push(group.event(index));
  log.close();
  return events;
};

type Totals = Partner['account']['totals']['inbound'];
const totalsText = ({ payments, usage, adjustments }: Totals) => ({
  payments: formatAmount(payments),
  usage: formatAmount(usage),
  adjustments: formatAmount(adjustments),
});

/** Everything of an account that is folded from its own events, as a client sees it. */
const figuresOf = ({ account, revision, position }: Partner) => ({
  balances: balanceTexts(account),
  totals: { inbound: totalsText(account.totals.inbound), outbound: totalsText(account.totals.outbound) },
  cutoff: settingOf(account.cutoff),
  revision,
  position: String(position),
});

const keyOf = (accountId: string, sequence: number): string => `${accountId} ${String(sequence)}`;

/** What the fold decided at each event, by account and sequence: without the time, which the fold does not know. */
const foldOneByOne = async (table: AccountTable, events: readonly RecordedEvent<LogEvent>[], told: Told) => {
  const verdicts = new Map<string, object>();
  const figures = new Map<string, unknown>();
  const wanted = new Map(told.atRest.accounts.map((account) => [account['position'] as string, account['accountId']]));
  const byPlace = new Map(events.map((event) => [event.position, event]));
  const read = (position: Position) => Promise.resolve(byPlace.get(position));
  for (const event of events) {
    await addBatch(table, [event], read);
    for (const { type, data } of isAccountEvent(event) ? table.pending() : [])
      verdicts.set(keyOf(data.accountId, data.sequence), { type, data });
    const accountId = wanted.get(String(event.position));
    const partner = accountId === undefined ? undefined : table.partner(accountId as string);
    if (partner !== undefined) figures.set(partner.account.accountId, figuresOf(partner));
  }
  return { verdicts, figures };
};

const byPosition = (one: { id: string }, other: { id: string }): number => Number(one.id) - Number(other.id);

const verifier = resolve(__dirname, '../../packages/verify/bin/tollgate-verify.js');

test('the lines of file-4 are those that a key signed, and after the event that changed it the next one', async () => {
  const { signed } = await readTold('file-4');
  const data = await unpack('file-4');
  const events = await readFiles(data);
  const [change, ...more] = events.filter((event) => event.type === 'SigningKeyChanged');
  expect([change?.data.next, more]).toEqual([signed?.key.trim(), []]);
  const index = events.findIndex((event) => event === change);
  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(data, name), text);
    return join(data, name);
  };
  const exported = await write('export.ndjson', events.map((event) => `${logLine(event)}\n`).join(''));
  const key = await write('key.pub', change?.data.previous ?? '');
  const notes = signed?.checkpoints ?? [];
  const files = await Promise.all(notes.map((note, number) => write(`checkpoint-${String(number)}`, note)));
  const given = files.flatMap((file) => ['--checkpoint', file]);
  const { stdout } = runToEnd(process.execPath, [verifier, exported, '--key', key, ...given, '--json']);
  const { findings, provenLines } = JSON.parse(stdout) as { findings: object[]; provenLines: number };
  const [before = NaN, after = NaN] = notes.map((note) => Number(note.split('\n')[1]));
  expect([before <= index, after > index, provenLines]).toEqual([true, true, after]);
  // A decision that the last event asks for may be in the very next group.
  expect(findings).toEqual([]);
  await removeUnpacked();
});

test('the numbers of file-5 are plain, sealed or shredded as its clients were told', async () => {
  const data = await unpack('file-5');
  const told = new Map(
    Object.values((await readTold('file-5')).after.histories).flatMap((items) =>
      items.map(({ eventId, data: body, numbers }) => [eventId, { body, numbers }] as const),
    ),
  );
  const open = createOpener(join(data, '..', 'keys'));
  const states = (await readFiles(data)).filter(isAccountEvent).flatMap((event) => {
    if (event.type !== 'UsageCharged' && event.type !== 'ReservationPlaced') return [];
    const { event: opened, numbers } = open(event);
    expect({ body: opened.data, numbers: numbers === 'open' ? undefined : numbers }).toEqual(told.get(event.eventId));
    return event.metadata.sealed === undefined ? ['plain'] : [numbers];
  });
  expect([...new Set(states)].sort()).toEqual(['open', 'plain', 'shredded']);
  await removeUnpacked();
});

describe.each<{ name: string; read: ReadEvents; lines: string }>([
  { name: 'lmdb-1', read: readLmdb, lines: '139051169d9b48172292b34e7fa3eac66360213ca18622da1c75cff9bc11e9a0' },
  { name: 'file-1', read: readFiles, lines: '08bbbb79307fd9a8b7d79971ae1655aafbb46de91ca0905467db5397831f414a' },
  { name: 'file-2', read: readFiles, lines: '471f0884ab5d086f8e5305af5b31c4f10bac8875fd1813076b9ce30661efe212' },
  { name: 'file-3', read: readFiles, lines: '68c9011d52e02ff32899ae4ce92bb5c7c15330931c83ec9af6aee511f2659f62' },
  { name: 'file-4', read: readFiles, lines: '06861509ac60e95a98b3a82fdc5a4b8027a715ec92404439a5186b08b948bf1b' },
  { name: 'file-5', read: readFiles, lines: 'a60c0fd608862076b32a6acb89bdcb223e677e21fb7743bcabbb4bbdbe506e0f' },
])('the events of $name, folded by today’s fold,', ({ name, read, lines }) => {
  let told: Told;
  let events: RecordedEvent<LogEvent>[];
  let table: AccountTable;
  let folded: Awaited<ReturnType<typeof foldOneByOne>>;

  beforeAll(async () => {
    told = await readTold(name);
    events = await read(await unpack(name));
    table = openAccountTable();
    const ledger = '00000000-0000-4000-8000-000000000000';
    await table.start({ ledger, seed: new Uint8Array(16).fill(7), last: events.length });
    folded = await foldOneByOne(table, events, told);
  });

  afterAll(async () => {
    await table.close();
    await removeUnpacked();
  });

  test('have every balance, total, rule and revision that was told at the end', () => {
    const found = told.after.accounts.map(({ accountId }) => {
      const partner = table.partner(accountId as string);
      return { accountId, ...(partner && figuresOf(partner)) };
    });
    const expected = told.after.accounts.map(({ accountId, balances, totals, cutoff, revision, position }) => ({
      ...{ accountId, balances, totals, cutoff, revision, position },
    }));
    expect(found).toEqual(expected);
  });

  test('had every balance that was told before, at the event at which it was told', () => {
    expect(folded.figures.size).toBe(told.atRest.accounts.length);
    for (const { accountId, balances, totals, cutoff, revision, position } of told.atRest.accounts)
      expect(folded.figures.get(accountId as string)).toEqual({ balances, totals, cutoff, revision, position });
  });

  test('turn traffic exactly where decisions were recorded, with the same balances, causes and sequences', () => {
    const recorded = events.flatMap(({ type, data }) =>
      type === 'TrafficBlocked' || type === 'TrafficUnblocked' ? [{ type, data }] : [],
    );
    for (const { type, data } of recorded) {
      const { decidedAt: _decidedAt, ...decided } = data;
      expect(folded.verdicts.get(keyOf(data.accountId, data.sequence))).toEqual({ type, data: decided });
    }
    expect(folded.verdicts.size).toBe(recorded.length + told.missing);
  });

  test('stand for the commands that were sent, byte for byte', () => {
    const commands = events.flatMap(({ position, type, data }) =>
      type === 'TrafficBlocked' || type === 'TrafficUnblocked'
        ? [{ id: String(position), data: JSON.stringify(trafficCommandOf({ type, data })) }]
        : [],
    );
    const sent = told.after.commands.filter((command) => !isMadeAfterKill(told, command));
    expect(commands).toEqual(sent.toSorted(byPosition));
  });

  test('have the very lines that checkpoints are made of', () => {
    const hash = createHash('sha256');
    for (const event of events) hash.update(`${logLine(event)}\n`);
    expect(hash.digest('hex')).toBe(lines);
  });

  test('are right by the rules of the verifier, each decision among them', () => {
    const fold = createFold();
    const faults = events.flatMap((event, index) => fold.apply(eventIn(logLine(event)), index + 1));
    expect(faults).toEqual([]);
    expect(fold.edges()).toBe(events.filter(({ stream }) => stream.startsWith('cutoff-')).length);
    const told = [...fold.accounts()].map(({ accountId, balances }) => ({ accountId, balances }));
    const folded = told.map(({ accountId }) => {
      const partner = table.partner(accountId);
      return { accountId, balances: partner && balanceTexts(partner.account) };
    });
    expect(told).toEqual(folded);
  });

  test('tell of every gap in the input, each once, with the last commit before it', () => {
    const losses = events.flatMap((event) => (event.type === 'InputLost' ? [event.data] : []));
    const lost = losses.map(({ topic, partition, from, to, why }) => ({ topic, partition, from, to, why }));
    expect(lost).toHaveLength(told.lost?.length ?? 0);
    expect(lost).toEqual(expect.arrayContaining(told.lost ?? []));
    for (const loss of losses) expect(table.placesOf(lossKey(loss))).toHaveLength(1);
  });

  test('leave pending what a kill kept from the log: the very commands that the next start then made', () => {
    const commands = table.pending().map(({ type, data }) => ({
      ...{ type: type === 'TrafficBlocked' ? 'BlockTraffic' : 'UnblockTraffic', commandId: commandIdOf(data), ...data },
    }));
    const made = told.after.commands.filter((command) => isMadeAfterKill(told, command));
    expect(made).toHaveLength(told.missing);
    const expected = made.map(({ data }) => ({ ...(JSON.parse(data) as object), decidedAt: undefined }));
    expect(commands).toHaveLength(expected.length);
    expect(commands).toEqual(expect.arrayContaining(expected));
  });
});
