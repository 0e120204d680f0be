import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openPrepaid, post } from './support/api';
import { keysIn, numbersIn, shown, shredding, shredKeys, usage } from './support/numbers';
import { createDataFolder, spawnTollgate, startTollgate } from './support/tollgate-process';
import { until } from './support/until';

const accounts = Array.from({ length: 120 }, (_, index) => `a${String(index)}`);

/** Keys and tombstones on the disk, and what was left unfinished. */
const filesIn = (keys: string): string[] =>
  !existsSync(keys)
    ? []
    : readdirSync(keys, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => name);

const untilThere = (keys: string, count: number, end: string): Promise<boolean> =>
  until(`${String(count)} files are there`, () => filesIn(keys).filter((name) => name.endsWith(end)).length >= count);

test.each([1, 20, 60])(
  'a process that is killed once it has made %i keys leaves no event whose numbers nobody can open',
  async (count) => {
    const [data, keys] = [await createDataFolder(), join(await createDataFolder(), 'keys')];
    const start = () => startTollgate({ data, flags: ['--number-keys', keys] });
    const killed = await start();
    await openPrepaid(killed.url, accounts);
    const answers = accounts.map((accountId) =>
      post(killed.url, '/v1/usage', usage(accountId, 'u')).then(
        ({ status }) => ({ accountId, status }),
        () => ({ accountId, status: 0 }),
      ),
    );
    await untilThere(keys, count, '');
    await killed.kill();
    const recorded = (await Promise.all(answers)).filter(({ status }) => status === 201);
    const { url, stop } = await start();
    const found = await Promise.all(
      accounts.map(async (accountId) => [accountId, ...(await numbersIn(url, accountId))]),
    );
    for (const [, ...each] of found) expect([[], [shown]]).toContainEqual(each);
    const there = new Set(found.filter(([, ...each]) => each.length === 1).map(([accountId]) => accountId));
    expect(recorded.filter(({ accountId }) => !there.has(accountId))).toEqual([]);
    await stop();
  },
);

test.each([1, 20, 60])(
  'a shredding that is killed once it has destroyed %i keys is finished by the next one, whatever it has left half done',
  async (count) => {
    const [data, keys] = [await createDataFolder(), join(await createDataFolder(), 'keys')];
    const { url, stop } = await startTollgate({ data, flags: ['--number-keys', keys] });
    await openPrepaid(url, accounts);
    await Promise.all(accounts.map((accountId) => post(url, '/v1/usage', usage(accountId, 'u'))));
    const { child, exited } = spawnTollgate(shredding(keys, '--before', '2999-01', '--yes'));
    await untilThere(keys, count, '.shredded');
    child.kill('SIGKILL');
    await exited;
    const listed = await keysIn(keys);
    const before = listed.filter(({ shredded }) => shredded !== undefined).length;
    expect([listed.length, before >= count]).toEqual([accounts.length, true]);
    for (const { accountId, shredded } of listed)
      expect(await numbersIn(url, accountId as string)).toEqual([shredded === undefined ? shown : 'shredded']);
    await shredKeys(keys, '--before', '2999-01', '--yes');
    expect((await keysIn(keys)).every(({ shredded }) => shredded !== undefined)).toBe(true);
    expect(filesIn(keys).filter((name) => !/\.(shredded|unfinished)$/.test(name))).toEqual([]);
    for (const accountId of accounts) expect(await numbersIn(url, accountId)).toEqual(['shredded']);
    await stop();
  },
);
