import {
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  mkdirSync,
  renameSync,
  existsSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cutoffOf, decide } from '@tollgate/balance';
import { unreadUsage } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { keysIn, removeUnfinished, shredKey, tombstoneOf } from './key-folder';
import { keyNameIn, keyText } from './key-name';
import { openNumberKeys } from './number-keys';
import type { NumberKeys } from './number-keys';
import { createOpener } from './opener';

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'tollgate-number-keys-'));
  folder = join(parent, 'keys');
  mkdirSync(folder);
});
afterEach(() => {
  rmSync(parent, { recursive: true });
});

type Fields = { caller?: string; callee?: string; callId?: string; receivedAt?: string };

const usage = (
  accountId: string,
  usageId: string,
  { receivedAt = '2026-08-31T23:59:59.999Z', ...fields }: Fields,
): LogEvent => ({
  type: 'UsageCharged',
  data: { usageId, accountId, direction: 'inbound', amount: '1', currency: 'EUR', ...fields },
  metadata: { source: { receivedAt } },
});
const placed = (numbers: { caller?: string; callee: string }): LogEvent => ({
  type: 'ReservationPlaced',
  data: {
    ...{ authorizationId: 'a', accountId: 'acme', direction: 'inbound', currency: 'EUR', ...numbers },
    grant: { seconds: 60, reserved: '1', expiresAt: '2026-08-31T23:59:59.999Z' },
  },
  metadata: { source: { receivedAt: '2026-08-01T00:00:00.000Z' } },
});

const both = { caller: '+4930', callee: '+4940' };
const sealedBy = async (keys: NumberKeys, ...events: LogEvent[]): Promise<LogEvent[]> =>
  events.map(await keys.sealerFor(events));
const opened = (event: LogEvent | undefined) => {
  if (event === undefined) throw new Error('nothing was sealed');
  return createOpener(folder)(event);
};
const who = { at: '2026-11-28T00:00:00.000Z', actor: 'ann', reason: 'asked for' };
const shredAll = async (): Promise<void> => {
  for (const key of keysIn(folder)) await shredKey(folder, key, who);
};

test('numbers are sealed in the event, which says with which key, and open to the same event', async () => {
  const events = [usage('acme', 'u', both), usage('acme', 'v', { callee: '' }), placed({ callee: '+49' })];
  const sealed = await sealedBy(openNumberKeys(folder), ...events);
  expect(JSON.stringify(sealed)).not.toContain('+49');
  expect(sealed.map(({ metadata }) => metadata)).toEqual(
    events.map(({ metadata }) => ({ ...metadata, sealed: expect.stringMatching(/^2026-08\/[0-9a-f]{16}$/) as string })),
  );
  expect(sealed.map(opened)).toEqual(events.map((event) => ({ numbers: 'open', event })));
  expect(Object.keys(sealed[0]?.data ?? {})).toEqual(Object.keys(events[0]?.data ?? {}));
});

test('usage that was not read yet is sealed like any other, and its text does not come along', async () => {
  const { data, metadata } = usage('acme', 'u', both) as Extract<LogEvent, { type: 'UsageCharged' }>;
  const command = unreadUsage(JSON.stringify(data));
  if (command === undefined) throw new Error('the usage was read');
  const decided = decide(command, { account: { currency: 'EUR', cutoff: cutoffOf(undefined) } }, metadata);
  if (decided.outcome !== 'accepted') throw new Error('the usage was not accepted');
  expect(decided.event).toHaveProperty('unread');
  const [sealed] = await sealedBy(openNumberKeys(folder), decided.event);
  expect(sealed).not.toHaveProperty('unread');
  expect(JSON.stringify(sealed)).not.toContain('+49');
  expect(opened(sealed)).toMatchObject({ numbers: 'open', event: { type: 'UsageCharged', data } });
});

test('what has no numbers gets no key, and is recorded as it is', async () => {
  const event = usage('acme', 'u', { callId: 'c' });
  expect((await sealedBy(openNumberKeys(folder), event))[0]).toBe(event);
  expect(readdirSync(folder)).toEqual([]);
});

test('an account has a key a month, which every process takes and nobody else may read', async () => {
  const times = ['2026-08-31T23:59:59.999Z', '2026-09-01T00:00:00.000Z'];
  const events = times.map((receivedAt) => usage('acme', 'u', { ...both, receivedAt }));
  await sealedBy(openNumberKeys(folder), ...events, usage('a.b', 'u', both));
  await sealedBy(openNumberKeys(folder), ...events);
  const keys = keysIn(folder);
  expect(keys.map(({ month, accountId }) => [month, accountId])).toEqual([
    ['2026-08', 'a.b'],
    ['2026-08', 'acme'],
    ['2026-09', 'acme'],
  ]);
  for (const key of keys) {
    const { mode, size } = statSync(join(folder, keyText(key)));
    expect([mode & 0o777, size]).toEqual([0o600, 32]);
  }
});

test('a sealed number that is copied into another event, or into the other field, opens nothing', async () => {
  const [one, other] = await sealedBy(openNumberKeys(folder), usage('acme', 'u', both), usage('acme', 'v', both));
  const { caller, callee } = one?.data as typeof both;
  const copied = { ...other, data: { ...other?.data, caller } } as LogEvent;
  const turned = { ...one, data: { ...one?.data, caller: callee, callee: caller } } as LogEvent;
  for (const event of [copied, turned])
    expect(opened(event)).toMatchObject({ numbers: 'sealed', hidden: ['caller', 'callee'] });
});

test('without its key an event has no numbers: shredded with a tombstone, sealed without one or without a folder', async () => {
  const keys = openNumberKeys(folder);
  const [event] = await sealedBy(keys, usage('acme', 'u', both));
  const [key] = keysIn(folder);
  if (event === undefined || key === undefined) throw new Error('nothing was sealed');
  const { caller: _caller, callee: _callee, ...rest } = event.data as typeof both;
  const hidden = { event: { ...event, data: rest }, hidden: ['caller', 'callee'], key: keyText(key) };
  expect(createOpener(undefined)(event)).toEqual({ numbers: 'sealed', ...hidden });
  renameSync(join(folder, keyText(key)), join(parent, 'lost'));
  expect(opened(event)).toEqual({ numbers: 'sealed', ...hidden });
  await shredKey(folder, key, who);
  expect(opened(event)).toEqual({ numbers: 'shredded', ...hidden });
  expect(tombstoneOf(folder, key)).toEqual(who);
});

test('a key that was shredded or lost beside a running process seals nothing more: another is made', async () => {
  const keys = openNumberKeys(folder);
  await sealedBy(keys, usage('acme', 'u', both));
  await shredAll();
  const [after] = await sealedBy(keys, usage('acme', 'v', both));
  expect(opened(after).numbers).toBe('open');
  expect(
    keysIn(folder)
      .map(({ isThere, isShredded }) => [isThere, isShredded])
      .sort(),
  ).toEqual([
    [false, true],
    [true, false],
  ]);
  rmSync(join(folder, '2026-08'), { recursive: true });
  const [last] = await sealedBy(keys, usage('acme', 'w', both));
  expect(opened(last).numbers).toBe('open');
});

test('one that was shredded halfway opens and seals nothing, and the same again finishes it under the first tombstone', async () => {
  const [event] = await sealedBy(openNumberKeys(folder), usage('acme', 'u', both));
  const [key] = keysIn(folder);
  if (key === undefined) throw new Error('no key');
  const path = join(folder, keyText(key));
  writeFileSync(`${path}.shredded`, JSON.stringify(who));
  expect(opened(event).numbers).toBe('shredded');
  expect(keysIn(folder)).toEqual([{ ...key, isThere: true, isShredded: true }]);
  const [next] = await sealedBy(openNumberKeys(folder), usage('acme', 'v', both));
  expect(next?.metadata).not.toEqual(event?.metadata);
  await shredKey(folder, key, { ...who, actor: 'bob' });
  expect([existsSync(path), tombstoneOf(folder, key)]).toEqual([false, who]);
});

test('where the folder is gone nothing is sealed, it is said, and no other is made in its place', async () => {
  const keys = openNumberKeys(folder);
  rmSync(folder, { recursive: true });
  const plain = usage('acme', 'u', {});
  const seal = await keys.sealerFor([usage('acme', 'v', both), plain]);
  expect(() => seal(usage('acme', 'v', both))).toThrow(`no key can be made in ${folder}`);
  expect(seal(plain)).toBe(plain);
  expect(existsSync(folder)).toBe(false);
  expect(keys.fault()).toContain('is not there');
});

test('a key that is missed is a fault until it is put back or destroyed by its name', async () => {
  const keys = openNumberKeys(folder);
  const name = keyNameIn('2026-08/acme.0123456789abcdef');
  if (name === undefined) throw new Error('no name');
  expect(keys.fault()).toBeUndefined();
  keys.noteMissing(keyText(name));
  expect(keys.fault()).toContain('2026-08/acme.0123456789abcdef');
  await shredKey(folder, name, who);
  expect(keys.fault()).toBeUndefined();
});

test('where another key lay under the name of the right one, calls waited for it and no fault was told', async () => {
  const keys = openNumberKeys(folder);
  const [event] = await sealedBy(keys, usage('acme', 'u', both));
  const [key] = keysIn(folder);
  if (key === undefined) throw new Error('no key');
  writeFileSync(join(folder, keyText(key)), Buffer.alloc(32));
  expect(opened(event)).toMatchObject({ numbers: 'sealed', key: keyText(key) });
  keys.noteMissing(keyText(key));
  expect(keys.fault()).toContain(keyText(key));
  rmSync(join(folder, keyText(key)));
  keys.noteMissing(keyText(key));
  expect(keys.fault()).toContain(keyText(key));
  writeFileSync(join(folder, keyText(key)), Buffer.alloc(32));
  expect(keys.fault()).toBeUndefined();
  keys.noteMissing(keyText(key));
  await shredKey(folder, key, who);
  expect(keys.fault()).toBeUndefined();
});

test.each([
  '2026-08/acme',
  '2026-13/acme.0123456789abcdef',
  '2026-08/../x.0123456789abcdef',
  '2026-08/acme.0123456789ABCDEF',
  '',
])('%j names no key', (text) => {
  expect(keyNameIn(text)).toBeUndefined();
});

test('what no intake has written opens nothing, wherever it points', () => {
  const { metadata, ...event } = usage('acme', 'u', both);
  const pointing = { ...event, metadata: { ...metadata, sealed: '../../etc/passwd' } } as LogEvent;
  expect(opened(pointing)).toMatchObject({ numbers: 'sealed', key: '../../etc/passwd' });
});

test('a file that a killed process left unfinished is no key', async () => {
  mkdirSync(join(folder, '2026-08'));
  writeFileSync(join(folder, '2026-08/acme.0123456789abcdef.00000000.unfinished'), 'half');
  await sealedBy(openNumberKeys(folder), usage('acme', 'u', both));
  expect(keysIn(folder)).toHaveLength(1);
});

test('what a process that was killed left of a key it was making stayed for ever; what another may be making now is let be', async () => {
  await sealedBy(openNumberKeys(folder), usage('acme', 'u', both));
  await shredAll();
  await sealedBy(openNumberKeys(folder), usage('acme', 'v', both));
  const month = join(folder, '2026-08');
  const kept = readdirSync(month);
  const [old, young] = ['a.0123456789abcdef.00000000.unfinished', 'a.0123456789abcdef.11111111.unfinished'];
  for (const name of [old, young]) writeFileSync(join(month, name), Buffer.alloc(7));
  const now = new Date();
  for (const name of [...kept, old]) utimesSync(join(month, name), 0, now.getTime() / 1_000 - 25 * 3_600);
  await removeUnfinished(folder, now);
  expect(readdirSync(month).sort()).toEqual([...kept, young].sort());
});
