import { balanceTexts } from '@tollgate/balance';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { adjusted, day, decided, emptyFolder, history, opened, paid, pastOf, quiet } from './history.fixture';
import { reversedUsage, ruled, used } from './history.fixture';
import { openKeptRecords } from './kept-records';
import { createPast } from './past';
import type { Moment } from './then';

/** What the log holds of a month, each event received and recorded on its day. */
const month = history(
  { ...opened(), received: 2 },
  { ...paid('100'), received: 3 },
  { ...used('10'), received: 5 },
  { ...used('7', day(4)), received: 8 },
  { ...reversedUsage('10'), received: 10 },
  { ...adjusted('-3'), received: 12 },
  { ...ruled(['inbound']), received: 14 },
);

test.each<[string, Moment, string | undefined]>([
  ['nothing, before it was opened', { recordedBefore: day(2) }, undefined],
  ['what was recorded, the end left out', { recordedBefore: day(5) }, '100'],
  ['a late call, not yet recorded', { recordedBefore: day(8) }, '90'],
  ['a late call, when it is recorded', { recordedBefore: day(9) }, '83'],
  ['a late call where it happened, however late it came', { occurredBefore: day(5) }, '93'],
  ['a late call, not in what was known of that day then', { occurredBefore: day(5), recordedBefore: day(8) }, '100'],
  ['a reversal when it was received, not what it takes back', { occurredBefore: day(6) }, '83'],
  ['a reversal from its day on', { occurredBefore: day(11) }, '93'],
  ['an adjustment', { occurredBefore: day(13) }, '90'],
  ['the log up to a position, that one included', { atPosition: 3n }, '90'],
  ['everything, without an end', {}, '90'],
])('%s', async (_what, moment, inbound) => {
  const partner = await pastOf(month).asOf(moment);
  expect(partner && balanceTexts(partner.account).inbound).toBe(inbound);
});

test('a call of before its account was opened counts from when it happened', async () => {
  const { asOf } = pastOf(
    history({ ...opened(), received: 5 }, { ...used('4', day(1)), received: 6 }, { ...used('8', day(3)), received: 7 }),
  );
  const partner = await asOf({ occurredBefore: day(2) });
  expect(partner && balanceTexts(partner.account).inbound).toBe('-4');
});

test('rule and traffic are those of then, and it is said up to which event that is', async () => {
  const { asOf } = pastOf(
    history(
      opened('inbound'),
      { ...decided('TrafficBlocked', 1, day(1)), recorded: 1 },
      { ...ruled(['mutual']), received: 3 },
      { ...decided('TrafficUnblocked', 2, day(3)), recorded: 3 },
    ),
  );
  const before = await asOf({ occurredBefore: day(3) });
  expect(before?.account).toMatchObject({ accountId: 'acme', name: 'Acme Telecom', cutoff: { balances: ['inbound'] } });
  expect(before?.traffic).toEqual({
    inbound: { state: 'blocked', since: day(1), sequence: 1, exhausted: [] },
    outbound: { state: 'open' },
  });
  const known = await asOf({ recordedBefore: day(3) });
  expect([known?.account.cutoff.balances, known?.revision, known?.position]).toEqual([['inbound'], 0, 1n]);
  const after = await asOf({ occurredBefore: day(4) });
  expect([after?.account.cutoff.balances, after?.revision, after?.position]).toEqual([['mutual'], 1, 3n]);
  expect(after?.traffic.inbound).toEqual({ state: 'open', since: day(3), sequence: 2, exhausted: [] });
});

test.each([
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000000001Z', true],
  ['2026-01-31T12:00:00.000Z', '2026-01-31T12:00:00+00:00', false],
  ['2026-01-31T12:00:00.5Z', '2026-01-31T12:00:00.50-00:00', false],
  ['2026-01-31T12:00:00.0004Z', '2026-01-31T12:00:00.0005Z', true],
  ['2026-01-31T12:00:00.1Z', '2026-01-31T12:00:00.09Z', false],
  ['2026-01-31T11:59:59.999999999Z', '2026-01-31T12:00:00Z', true],
  ['1969-12-31T23:59:59.9995Z', '1969-12-31T23:59:59.9996Z', true],
  ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z', true],
])('a call that ended at %s is before %s: %s', async (ended, occurredBefore, expected) => {
  const partner = await pastOf(history(opened(), used('1', ended))).asOf({ occurredBefore });
  expect(partner && balanceTexts(partner.account).inbound).toBe(expected ? '-1' : '0');
});

const eventsOfBig = 10_000;

/** A log of an account with many events and of one with one, that counts how many pages are read. */
const twoAccounts = () => {
  const log = {
    pages: 0,
    atOnce: 0,
    mostAtOnce: 0,
    read: () => Promise.resolve(undefined),
    readStream: async (stream: string, { from = 0, limit }: { from?: number; limit: number }) => {
      log.pages += 1;
      log.mostAtOnce = Math.max(log.mostAtOnce, (log.atOnce += 1));
      await new Promise(setImmediate);
      log.atOnce -= 1;
      const events = { 'account-big': eventsOfBig, 'account-small': 1 }[stream] ?? 0;
      const count = Math.max(0, Math.min(events - from, limit));
      return Array.from({ length: count }, (_, index) => eventAt(from + index));
    },
  };
  return log;
};

const eventAt = (revision: number): RecordedEvent<LogEvent> => {
  const [opening, rule] = history(opened(), ruled([]));
  const event = revision === 0 ? opening : rule;
  if (event === undefined) throw new Error('a history has its events');
  return { ...event, revision, position: BigInt(revision + 1) };
};

const moment = { recordedBefore: '2100-01-01T00:00:00Z' };
const pastIn = (log: ReturnType<typeof twoAccounts>) =>
  createPast(log, openKeptRecords({ folder: emptyFolder(), log, logger: quiet }));

test('a small account is answered while a large one is being read: it used to wait for all of it', async () => {
  const log = twoAccounts();
  const past = pastIn(log);
  const answered: string[] = [];
  const ask = async (accountId: string) => {
    const partner = await past.partner(accountId, moment, () => true);
    answered.push(`${accountId} ${String(partner?.revision)}`);
  };
  await Promise.all([ask('big'), ask('big'), ask('small')]);
  const big = `big ${String(eventsOfBig - 1)}`;
  expect(answered).toEqual(['small 0', big, big]);
  expect(log.mostAtOnce).toBe(1);
});

test('an account is not read on for who has gone: it used to be read to its end', async () => {
  const log = twoAccounts();
  await pastIn(log).partner('big', moment, () => log.pages < 3);
  expect(log.pages).toBe(3);
});

test('a page that cannot be read fails its own reading, and no other', async () => {
  const log = twoAccounts();
  const { readStream } = log;
  log.readStream = async (stream, page) => {
    if (stream === 'account-big') throw new Error('unreadable');
    return readStream(stream, page);
  };
  const past = pastIn(log);
  const [big, small] = [past.partner('big', moment, () => true), past.partner('small', moment, () => true)];
  await expect(big).rejects.toThrow('unreadable');
  expect(await small).toMatchObject({ revision: 0 });
});
