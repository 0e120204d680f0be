import { setTimeout as delay } from 'node:timers/promises';
import { isBefore } from '@tollgate/balance';
import type { Partner } from '@tollgate/account-table';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import { parseAmount } from '@tollgate/money';
import {
  blockEvents,
  day,
  decided,
  emptyFolder,
  history,
  opened,
  paid,
  pastOf,
  quiet,
  ruled,
  used,
} from './history.fixture';
import { startKeeper } from './keeper';
import { recordBytes, writeRecord } from './record';
import type { Moment } from './then';

const blocks = 15;
const accountEvents = blocks * blockEvents + 40;

/** Numbers from 0 to below `bound`, the same in each run. */
const createRandom = (seed: number) => {
  let state = seed;
  return (bound: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
};

/** Two long streams: entries that come late, rules and decisions, and a clock that goes back now and then. */
const longHistory = (seed: number): RecordedEvent<LogEvent>[] => {
  const random = createRandom(seed);
  const some = (index: number) => {
    const recorded = 2 + Math.floor(index / 5) - (random(20) === 0 ? 3 : 0);
    const late = day(recorded - random(5)).replace('.000Z', `.${String(random(1_000_000_000)).padStart(9, '0')}Z`);
    const amount = `${String(random(1_000_000))}.${String(1 + random(9))}`;
    const place = { received: recorded, recorded };
    const kind = random(40);
    if (kind === 0) return { ...ruled(random(2) === 0 ? ['inbound'] : []), ...place };
    return { ...(kind < 8 ? paid(amount, late) : used(amount, late)), ...place };
  };
  const told = Array.from({ length: accountEvents - 1 }, (_, index) => [
    some(index),
    { ...decided(index % 2 === 0 ? 'TrafficBlocked' : 'TrafficUnblocked', index + 1, day(2 + index / 5)), received: 2 },
  ]);
  return history(opened(), ...told.flat());
};

/** The slow way: everything, event by event. */
const inboundAsOf = (events: readonly RecordedEvent<LogEvent>[], moment: Moment): bigint => {
  let sum = 0n;
  for (const { type, data, recordedAt, position } of events) {
    if (position > (moment.atPosition ?? position) || !isBefore(recordedAt, moment.recordedBefore)) continue;
    if (type === 'UsageCharged' && isBefore(String(data.endedAt), moment.occurredBefore))
      sum -= parseAmount(data.amount);
    if (type === 'PaymentRecorded' && isBefore(String(data.paidAt), moment.occurredBefore))
      sum += parseAmount(data.amount);
  }
  return sum;
};

const inboundOf = (partner: Partner | undefined): bigint | undefined => {
  if (partner === undefined) return undefined;
  const { payments, usage } = partner.account.totals.inbound;
  return payments - usage;
};

const long = longHistory(1);
const moments: Moment[] = [
  {},
  ...[1, 5, 30, 83, 84, 120, 400].flatMap((number): Moment[] => [
    { occurredBefore: day(number) },
    { recordedBefore: day(number) },
    { occurredBefore: day(number - 1), recordedBefore: day(number) },
    { atPosition: BigInt(number * 7) },
    { atPosition: BigInt(number * 7), occurredBefore: day(number / 2) },
  ]),
];

/** Keeps what can be kept, and ends. */
const keepAll = async ({ log, kept }: ReturnType<typeof pastOf>): Promise<void> => {
  const partner = await pastOf(log.events()).asOf({});
  if (partner === undefined) throw new Error('the account is open');
  const table = {
    place: () => log.events().length,
    partners: () => ({ items: [{ ...partner, revision: accountEvents - 1 }], next: null }),
    revisionOf: () => accountEvents - 2,
  };
  const keeper = startKeeper({ table, log, kept, isBusy: () => false, logger: quiet });
  while ((await kept.count('cutoff-acme')) < blocks || (await kept.count('account-acme')) < blocks) await delay(1);
  await keeper.stop();
};

/** Asks for each moment; how many events were read of the log for one. */
const readsOf = async ({ log, asOf }: ReturnType<typeof pastOf>): Promise<number> => {
  let read = 0;
  const { readStream } = log;
  log.readStream = async (stream, page) => {
    const found = await readStream(stream, page);
    read += found.length;
    return found;
  };
  const slow = pastOf(log.events());
  for (const moment of moments) {
    const partner = await asOf(moment);
    expect(partner).toEqual(await slow.asOf(moment));
    expect([moment, inboundOf(partner)]).toEqual([moment, partner && inboundAsOf(log.events(), moment)]);
  }
  log.readStream = readStream;
  return read / moments.length;
};

/** Of each stream what comes after the last whole block. */
const onlyNew = 2 * blockEvents;

test('what is kept says the same as the log, of any moment, and then the log is read only for what is new', async () => {
  const folder = emptyFolder();
  expect(await readsOf(pastOf(long, folder))).toBeGreaterThan(accountEvents / 2);
  await keepAll(pastOf(long, folder));
  expect(await readsOf(pastOf(long, folder))).toBeLessThan(onlyNew);
});

test('what is kept survives a power failure as far as it was written, and no further', async () => {
  const random = createRandom(7);
  const disk = createSimulatedDisk({ random: () => random(1_000) / 1_000 });
  await keepAll(pastOf(long, disk.folder('past')));
  disk.failPower();
  const past = pastOf(long, disk.folder('past'));
  await readsOf(past);
  await keepAll(past);
  expect(await readsOf(past)).toBeLessThan(onlyNew);
});

test.each([0, 4, blocks - 1])('a damaged byte in block %i is never believed, and is kept anew', async (number) => {
  const folder = emptyFolder();
  await keepAll(pastOf(long, folder));
  const file = await folder.open(Buffer.from('account-acme').toString('hex'));
  const at = Math.floor(file.sizeBytes() / blocks) * number + 500;
  const byte = new Uint8Array(1);
  file.read(byte, { offset: 0, length: 1, position: at });
  await file.write(Uint8Array.of((byte[0] ?? 0) ^ 1), at);
  file.close();
  const past = pastOf(long, folder);
  await readsOf(past);
  await keepAll(past);
  expect(await readsOf(past)).toBeLessThan(onlyNew);
});

test('what was kept of a log that was replaced by another one is not believed', async () => {
  const folder = emptyFolder();
  await keepAll(pastOf(long, folder));
  const other = longHistory(2);
  await readsOf(pastOf(other, folder));
  await keepAll(pastOf(other, folder));
  expect(await readsOf(pastOf(other, folder))).toBeLessThan(onlyNew);
});

test('a log that was put back from an older copy is not answered for from what is kept of the newer one', async () => {
  const folder = emptyFolder();
  await keepAll(pastOf(long, folder));
  await readsOf(pastOf(long.slice(0, accountEvents), folder));
});

/** A block of the account's stream as the keeper makes it. */
const blockOf = (number: number): Uint8Array => {
  const records = new Uint8Array(blockEvents * recordBytes);
  const events = long.filter(({ stream }) => stream === 'account-acme');
  events.slice(number * blockEvents, (number + 1) * blockEvents).forEach((event, index) => {
    writeRecord(new DataView(records.buffer), index * recordBytes, event);
  });
  return records;
};

test('a block that was made while one before it was found damaged was kept in the place of that one, and answered for it', async () => {
  const folder = emptyFolder();
  const past = pastOf(long, folder);
  for (let number = 0; number < blocks - 1; number += 1)
    await past.kept.add({ stream: 'account-acme', number }, blockOf(number));
  const file = await folder.open(Buffer.from('account-acme').toString('hex'));
  await file.write(Uint8Array.of(1, 2, 3), Math.floor(file.sizeBytes() / (blocks - 1)) * 4 + 500);
  file.close();
  const made = { stream: 'account-acme', number: await past.kept.count('account-acme') };
  await readsOf(past);
  await past.kept.add(made, blockOf(made.number));
  expect(await past.kept.count('account-acme')).toBe(4);
  await readsOf(past);
  await readsOf(pastOf(long, folder));
});

test('an account whose kept records were removed meanwhile could not be looked at until the next start', async () => {
  const folder = emptyFolder();
  await keepAll(pastOf(long, folder));
  const past = pastOf(long, folder);
  await readsOf(past);
  for (const name of folder.names()) await folder.remove(name);
  await readsOf(past);
  await keepAll(past);
  expect(await readsOf(past)).toBeLessThan(onlyNew);
  await readsOf(pastOf(long, unreadable(folder)));
});

/** A folder whose files are there, and cannot be opened. */
const unreadable = (folder: Folder): Folder => ({
  ...folder,
  names: () => folder.names(),
  open: () => Promise.reject(new Error('EACCES')),
});
