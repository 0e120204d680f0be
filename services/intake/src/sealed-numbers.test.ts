import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogEvent } from '@tollgate/contracts';
import { LogUnavailable } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { keysIn, openNumberKeys, shredKey } from '@tollgate/number-keys';
import { asked, opened, paid, used } from './calls.fixture';
import type { Intent } from './intent';
import { itemsOf, ledgerOn, short, submit } from './ledger.fixture';
import type { TestLedger } from './ledger.fixture';

let folder: string;
let log: ReturnType<typeof createMemoryEventLog<LogEvent>>;
let ledger: TestLedger;
beforeEach(async () => {
  folder = join(mkdtempSync(join(tmpdir(), 'tollgate-sealed-')), 'keys');
  mkdirSync(folder);
  log = createMemoryEventLog<LogEvent>();
  ledger = sealing();
  await submit(ledger, opened(), paid('p1', '100'));
});
afterEach(async () => {
  await ledger.close();
  rmSync(join(folder, '..'), { recursive: true });
});

const sealing = (): TestLedger => ledgerOn(log, { numberKeys: openNumberKeys(folder) });
const numbers = { caller: '+4930', callee: '+4940' };
const shredAll = async (): Promise<void> => {
  for (const key of keysIn(folder)) await shredKey(folder, key, { at: '', actor: 'ann', reason: 'asked' });
};
const shredded = { status: 'recorded', isDuplicate: true, shredded: ['caller', 'callee'] };
const one = async (intent: Intent) => (await ledger.submit(itemsOf([intent])))[0];

test('numbers are recorded sealed; the same again is a duplicate and another number a conflict, in one group and later', async () => {
  const other = used('u', '1', { ...numbers, callee: '+4941' });
  expect(await submit(ledger, used('u', '1', numbers), used('u', '1.0', numbers), other)).toEqual([
    '+2',
    '=2',
    'ID_CONFLICT',
  ]);
  expect(await submit(ledger, used('u', '1', numbers), other)).toEqual(['=2', 'ID_CONFLICT']);
  expect(await one(other)).toMatchObject({ rejection: { existing: numbers, received: { callee: '+4941' } } });
  const call = asked('a', { caller: '+4930' });
  expect(await submit(ledger, call, call, asked('a', { caller: '+4931' }))).toEqual(['+3', '=3', 'ID_CONFLICT']);
  expect(JSON.stringify(log.events().map(({ data }) => data))).not.toMatch(/\+49|\+44/);
});

test('a shredded number is the same as any, and the answer says so; what else differs is a conflict', async () => {
  await submit(ledger, used('u', '1', numbers), used('v', '1', { callee: '+4940' }), asked('a'));
  await shredAll();
  expect(await one(used('u', '1', numbers))).toMatchObject(shredded);
  expect(await one(used('u', '1', { caller: '+1', callee: '+2' }))).toMatchObject(shredded);
  expect(await one(used('u', '1'))).toMatchObject(shredded);
  expect(await one(asked('a', { callee: '+4499' }))).toMatchObject({ ...shredded, shredded: ['callee'] });
  const conflict = await one(used('u', '2', numbers));
  expect(conflict).toMatchObject({ rejection: { code: 'ID_CONFLICT', existing: { amount: '1' } } });
  expect(JSON.stringify(conflict)).toContain('shredded, and not compared: caller, callee');
  // What was not there was not shredded.
  expect(await submit(ledger, used('v', '1', numbers))).toEqual(['ID_CONFLICT']);
});

test('without the key it is neither a duplicate nor a conflict; all else of the group is answered', async () => {
  await submit(ledger, used('u', '1', numbers), used('v', '1'));
  renameSync(folder, `${folder}-away`);
  const away = ledger.submit(itemsOf([used('u', '1', numbers)]));
  const [repeated, fresh] = [ledger.submit(itemsOf([used('v', '1')])), ledger.submit(itemsOf([paid('p2', '1')]))];
  await expect(away).rejects.toThrow(/sealed with the key \d{4}-\d{2}\/acme\.[0-9a-f]{16}, which is not in/);
  await expect(away).rejects.toBeInstanceOf(LogUnavailable);
  expect([await repeated, await fresh]).toMatchObject([[{ isDuplicate: true }], [{ isDuplicate: false }]]);
  renameSync(`${folder}-away`, folder);
  expect(await submit(ledger, used('u', '1', numbers))).toEqual(['=2']);
});

test('where no key can be made, what has numbers is not recorded, and everything else is', async () => {
  rmSync(folder, { recursive: true });
  const [first] = await ledger.submit(itemsOf([opened(), paid('p2', '1')]));
  expect(first).toMatchObject({ isDuplicate: true });
  await expect(ledger.submit(itemsOf([used('u', '1', numbers)]))).rejects.toThrow(`no key can be made in ${folder}`);
  expect(log.events()).toHaveLength(3);
  mkdirSync(folder);
  expect(await submit(ledger, used('u', '1', numbers))).toEqual(['+3']);
});

test('a payment was refused with usage of its account whose numbers could not be sealed, where both came together', async () => {
  rmSync(folder, { recursive: true });
  const call = asked('a', { caller: '+4930' });
  const numbered = [used('u', '1', numbers), call, used('u', '1', numbers)].map(one);
  const others = [paid('p2', '1'), used('v', '1'), used('v', '1'), opened(), asked('', { accountId: 'nobody' })].map(
    one,
  );
  for (const answer of numbered) await expect(answer).rejects.toThrow(`no key can be made in ${folder}`);
  expect((await Promise.all(others)).map((outcome) => outcome && short(outcome))).toEqual([
    '+2',
    '+3',
    '=3',
    '=0',
    'ACCOUNT_NOT_FOUND',
  ]);
  expect(log.events()).toHaveLength(4);
});

test('a process without the setting takes what is sealed for no conflict, and says which setting it lacks', async () => {
  await submit(ledger, used('u', '1', numbers));
  const off = ledgerOn(log);
  await expect(off.submit(itemsOf([used('u', '1', numbers)]))).rejects.toThrow('TOLLGATE_NUMBER_KEYS is not set');
  expect(await submit(off, used('v', '1', numbers))).toEqual(['+3']);
  await off.close();
  expect(await submit(ledger, used('v', '1', numbers))).toEqual(['=3']);
});
