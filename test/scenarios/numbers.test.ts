import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runToEnd } from '../run-to-end';
import { get, openPrepaid, post, postBatch, readAll } from './support/api';
import type { Fields } from './support/api';
import { keysIn, numbers, numbersIn, shown, shredKeys, usage } from './support/numbers';
import { newStoreLedger, setUps } from './support/set-ups';
import { createDataFolder, runTollgate, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';

const call = (accountId: string): Fields => ({
  ...{ authorizationId: 'call-1', accountId, direction: 'inbound', currency: 'EUR', deck: 'retail', ...numbers },
});
const payment = (accountId: string): Fields => ({
  ...{ paymentId: 'p-1', accountId, direction: 'inbound', amount: '100', currency: 'EUR' },
});

const balancesOf = async (url: string, accountId: string): Promise<Fields> => {
  const last = (await readAll(url, `/v1/accounts/${accountId}/history`)).at(-1)?.['position'] as string;
  return (await get(url, `/v1/accounts/${accountId}?minPosition=${last}`)).body;
};

const newFolders = async () => {
  const folder = await createDataFolder();
  mkdirSync(join(folder, 'decks'));
  writeFileSync(
    join(folder, 'decks', 'retail.csv'),
    'prefix,currency,perMinute,initialSeconds,incrementSeconds\n44,EUR,0.6,1,1\n',
  );
  return {
    ...{ folder, data: join(folder, 'data'), keys: join(folder, 'keys') },
    flags: ['--number-keys', join(folder, 'keys'), '--decks', join(folder, 'decks')],
  };
};

describe.each(setUps)('numbers that can be forgotten, $name', ({ start }) => {
  let tollgate: Tollgate;
  let keys: string;
  let before: Fields[];
  beforeAll(async () => {
    const { data, flags, keys: folder } = await newFolders();
    keys = folder;
    tollgate = await start({ data, flags });
    await openPrepaid(tollgate.url, ['acme', 'zenith']);
    for (const accountId of ['acme', 'zenith']) await post(tollgate.url, '/v1/payments', payment(accountId));
  });
  afterAll(() => tollgate.kill());

  test('are shown to whoever reads, and the same again is a duplicate and another number a conflict', async () => {
    const { url } = tollgate;
    for (const accountId of ['acme', 'zenith']) {
      expect((await post(url, '/v1/usage', usage(accountId, 'u-1'))).status).toBe(201);
      expect((await post(url, '/v1/authorizations', call(accountId))).body).toMatchObject({ duplicate: false });
      expect(await postBatch(url, [{ kind: 'usage', ...usage(accountId, 'u-2') }])).toMatchObject([{ status: 201 }]);
      expect((await post(url, '/v1/usage', usage(accountId, 'u-3', {}))).status).toBe(201);
      expect((await post(url, '/v1/usage', usage(accountId, 'u-1'))).body).toMatchObject({ duplicate: true });
      const other = await post(url, '/v1/usage', usage(accountId, 'u-1', { ...numbers, callee: '+1' }));
      expect(other).toMatchObject({ status: 409, body: { existing: numbers, received: { callee: '+1' } } });
      expect(await numbersIn(url, accountId)).toEqual([shown, shown, shown, [undefined, undefined]]);
    }
    before = [await balancesOf(url, 'acme'), await balancesOf(url, 'zenith')];
  });

  test('have a key an account and month, which is destroyed beside the processes that use it', async () => {
    const { url } = tollgate;
    const there = await keysIn(keys);
    expect(new Set(there.map(({ accountId }) => accountId))).toEqual(new Set(['acme', 'zenith']));
    const selection = ['--account', 'acme', '--before', '2999-01'];
    const asked = await shredKeys(keys, ...selection);
    expect(asked).toMatchObject({ code: 0, output: expect.stringContaining('Nothing was changed') as string });
    expect(await keysIn(keys)).toEqual(there);
    expect(await numbersIn(url, 'acme')).toContainEqual(shown);
    expect((await shredKeys(keys, '--before', there[0]?.['month'] as string, '--yes')).output).toContain('no key fits');
    expect((await shredKeys(keys, ...selection, '--yes')).output).toMatch(/^Destroyed \d keys? of account acme in /);
    expect((await shredKeys(keys, ...selection, '--yes')).output).toMatch(/^Nothing to destroy .*destroyed before\.$/m);
    const after = await keysIn(keys);
    expect(after.filter(({ accountId }) => accountId === 'zenith').every((key) => !('shredded' in key))).toBe(true);
    for (const { accountId, shredded } of after)
      if (accountId === 'acme') expect(shredded).toMatchObject({ actor: 'ann', reason: 'asked to be forgotten' });
  });

  test('are the same as any once they are shredded, and every answer says so; balances are as they were', async () => {
    const { url } = tollgate;
    const gone = 'shredded';
    expect(await numbersIn(url, 'acme')).toEqual([gone, gone, gone, [undefined, undefined]]);
    expect(await numbersIn(url, 'zenith')).toEqual([shown, shown, shown, [undefined, undefined]]);
    const duplicate = { duplicate: true, shredded: ['caller', 'callee'] };
    for (const fields of [numbers, { caller: '+1', callee: '+2' }, {}]) {
      expect((await post(url, '/v1/usage', usage('acme', 'u-1', fields))).body).toMatchObject(duplicate);
      const line = { kind: 'usage', ...usage('acme', 'u-2', fields) };
      expect(await postBatch(url, [line])).toMatchObject([{ status: 200, ...duplicate }]);
    }
    expect((await post(url, '/v1/authorizations', { ...call('acme'), caller: '+1' })).body).toMatchObject(duplicate);
    const other = await post(url, '/v1/usage', usage('acme', 'u-1', { amount: '2' }));
    expect(other.body).toMatchObject({ status: 409, detail: expect.stringContaining('shredded, and not') as string });
    expect((await post(url, '/v1/usage', usage('zenith', 'u-1'))).body).not.toHaveProperty('shredded');
    expect([await balancesOf(url, 'acme'), await balancesOf(url, 'zenith')]).toEqual(before);
  });

  test('are sealed with a new key from then on', async () => {
    const { url } = tollgate;
    expect((await post(url, '/v1/usage', usage('acme', 'u-4'))).status).toBe(201);
    expect((await numbersIn(url, 'acme')).at(-1)).toEqual(shown);
    expect((await post(url, '/v1/usage', usage('acme', 'u-4'))).body).not.toHaveProperty('shredded');
  });
});

describe('a ledger with sealed numbers', () => {
  const verifier = resolve(__dirname, '../../packages/verify/bin/tollgate-verify.js');
  const python = resolve(__dirname, '../../infra/verify/tollgate_verify.py');

  let tollgate: Tollgate;
  let start: (flags: readonly string[]) => Promise<Tollgate>;
  let folders: Awaited<ReturnType<typeof newFolders>>;
  let withSigning: string[];
  beforeAll(async () => {
    folders = await newFolders();
    const { data, folder, flags } = folders;
    start = (given) => startTollgate({ data, flags: given });
    withSigning = ['--signing-key', join(folder, 'signing.pem'), ...flags];
    tollgate = await start(withSigning);
    await openPrepaid(tollgate.url, ['acme']);
    await post(tollgate.url, '/v1/payments', payment('acme'));
    for (const id of ['u-1', 'u-2']) await post(tollgate.url, '/v1/usage', usage('acme', id));
  });
  afterAll(() => tollgate.kill());

  const file = (name: string): string => join(folders.folder, name);
  const run = async (...args: string[]): Promise<string> => {
    const { code, output } = await runTollgate(...args);
    expect([code, output]).toEqual([0, output]);
    return output;
  };
  /** What nothing that is shredded may change. */
  const proven = async (name: string) => {
    const exported = await run('export', '--data', folders.data);
    const lines = exported.trimEnd().split('\n').length;
    const checkpoint = await until('all is signed', async () => {
      const text = await (await fetch(`${tollgate.url}/v1/checkpoints/latest`)).text();
      return text.split('\n')[1] === String(lines) ? text : undefined;
    });
    writeFileSync(file('export'), exported);
    writeFileSync(file(`checkpoint-${name}`), checkpoint);
    const given = [file('export'), '--key', file('signing.pem.pub'), '--checkpoint', file(`checkpoint-${name}`)];
    const verdicts = [process.execPath, 'python3'].map((program) => {
      const script = program === 'python3' ? python : verifier;
      const { status, stdout } = runToEnd(program, [script, ...given, '--balances']);
      return [status, stdout.replaceAll(file(''), '').replaceAll(`checkpoint-${name}`, 'checkpoint')];
    });
    return { exported, checkpoint, verdicts };
  };
  const printed = async (...more: string[]): Promise<string[]> => {
    const outputs: string[] = [];
    for (const format of ['text', 'csv', 'json', 'html'])
      outputs.push(await run('statement', 'acme', '--format', format, ...more));
    return outputs;
  };

  test('has lines of ciphertext, proofs and balances that no shredding changes; statements say what is gone', async () => {
    const { data, keys } = folders;
    const before = await proven('before');
    expect(before.exported).not.toMatch(/\+49|\+44/);
    expect(before.exported).toContain('"sealed":"');
    expect(before.verdicts.map(([status]) => status)).toEqual([0, 0]);
    const opened = ['--data', data, '--number-keys', keys];
    const inCsv = (...more: string[]) => run('export', '--data', data, '--format', 'csv', ...more);
    for (const text of await printed(...opened)) expect(text).toContain('+493012345');
    for (const text of await printed('--url', tollgate.url)) expect(text).toContain('+493012345');
    for (const text of await printed('--data', data)) expect(text).toContain('numbers sealed');
    expect(await inCsv('--number-keys', keys)).toContain(',+493012345,+441234567,');
    expect(await inCsv()).toMatch(/,sealed$/m);

    await shredKeys(keys, '--account', 'acme', '--yes');
    expect(await proven('after')).toEqual(before);
    for (const text of [...(await printed(...opened)), ...(await printed('--url', tollgate.url))]) {
      expect(text).toContain('numbers shredded');
      expect(text).not.toContain('+49');
    }
    expect(await inCsv('--number-keys', keys)).toMatch(/,shredded$/m);
    expect(await run('audit', 'cutoff', '--data', data)).toContain('0 differences');
  });

  test('is asked for its keys while their folder is away: nothing is taken for other or for the same, and all else goes on', async () => {
    const { keys } = folders;
    const { url } = tollgate;
    await post(url, '/v1/usage', usage('acme', 'u-3'));
    renameSync(keys, `${keys}-away`);
    const repeated = await post(url, '/v1/usage', usage('acme', 'u-3'));
    expect(repeated).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE' } });
    expect(repeated.body['detail']).toMatch(new RegExp(`sealed with the key .*, which is not in ${keys}`));
    const fresh = await post(url, '/v1/usage', usage('acme', 'u-4'));
    expect(fresh).toMatchObject({ status: 503, body: { detail: expect.stringContaining(keys) as string } });
    expect((await post(url, '/v1/usage', usage('acme', 'u-5', {}))).status).toBe(201);
    expect((await numbersIn(url, 'acme')).slice(2)).toEqual(['sealed', [undefined, undefined]]);
    const ready = await get(url, '/readyz');
    expect([ready.status, ready.text]).toEqual([503, expect.stringContaining(`${keys} is not there`)]);
    renameSync(`${keys}-away`, keys);
    expect((await post(url, '/v1/usage', usage('acme', 'u-3'))).body).toMatchObject({ duplicate: true });
    expect((await post(url, '/v1/usage', usage('acme', 'u-4'))).status).toBe(201);
    expect((await numbersIn(url, 'acme')).slice(2)).toEqual([shown, [undefined, undefined], shown]);
    expect((await get(url, '/readyz')).body['parts']).toContainEqual(expect.objectContaining({ name: 'number keys' }));
  });

  test('that is started without the setting says what it lacks; what it then records cannot be shredded', async () => {
    const { keys } = folders;
    await tollgate.stop();
    tollgate = await start([]);
    const repeated = await post(tollgate.url, '/v1/usage', usage('acme', 'u-3'));
    expect(repeated).toMatchObject({ status: 503, body: { code: 'STORE_UNAVAILABLE' } });
    expect(repeated.body['detail']).toContain('TOLLGATE_NUMBER_KEYS is not set');
    expect((await post(tollgate.url, '/v1/usage', usage('acme', 'plain'))).status).toBe(201);
    expect((await numbersIn(tollgate.url, 'acme')).slice(-2)).toEqual(['sealed', shown]);
    await tollgate.stop();
    tollgate = await start(withSigning);
    await shredKeys(keys, '--account', 'acme', '--yes');
    expect((await numbersIn(tollgate.url, 'acme')).slice(-2)).toEqual(['shredded', shown]);
    expect((await post(tollgate.url, '/v1/usage', usage('acme', 'plain'))).body).toMatchObject({ duplicate: true });
  });

  test('whose key is lost goes on once that key is destroyed by its name', async () => {
    const { keys } = folders;
    const { url } = tollgate;
    await post(url, '/v1/usage', usage('acme', 'lost'));
    const key = (await keysIn(keys)).find((one) => !('shredded' in one))?.['key'] as string;
    renameSync(join(keys, key), file('lost-key'));
    const repeated = await post(url, '/v1/usage', usage('acme', 'lost'));
    expect(repeated.body['detail']).toContain(`tollgate numbers shred --key ${key}`);
    expect((await get(url, '/readyz')).text).toContain(key);
    await shredKeys(keys, '--key', key, '--yes');
    const again = await post(url, '/v1/usage', usage('acme', 'lost'));
    expect(again.body).toMatchObject({ duplicate: true, shredded: ['caller', 'callee'] });
    expect((await get(url, '/readyz')).text).not.toContain(key);
  });

  test('keeps no number in any file of its data folder but those that were recorded without the setting', async () => {
    await tollgate.stop();
    const found = runToEnd('grep', ['-rac', '+493012345', folders.data]).stdout;
    const counts = found.split('\n').flatMap((line) => (line === '' ? [] : [Number(line.split(':').at(-1))]));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(readFileSync(file('export'), 'utf8')).not.toContain('+493012345');
    tollgate = await start(withSigning);
  });
});

test('a process that reads the log of others without their keys says that numbers are sealed', async () => {
  const { data, flags } = await newFolders();
  const environment = await newStoreLedger();
  const [writing, reading] = [
    await startTollgate({ data, flags, environment }),
    await startTollgate({ data: await createDataFolder(), flags: ['--role', 'api'], environment }),
  ];
  await openPrepaid(writing.url, ['acme']);
  const { body } = await post(writing.url, '/v1/usage', usage('acme', 'u-1'));
  await get(reading.url, `/v1/accounts/acme?minPosition=${body['position'] as string}`);
  expect(await numbersIn(writing.url, 'acme')).toEqual([shown]);
  expect(await numbersIn(reading.url, 'acme')).toEqual(['sealed']);
});

test('keys in the data folder, and shredding without saying which, are refused', async () => {
  const folder = await createDataFolder();
  const served = await runTollgate('serve', '--data', folder, '--number-keys', join(folder, 'keys'));
  expect(served).toMatchObject({
    code: 2,
    output: expect.stringContaining('must not lie in the data folder') as string,
  });
  expect(await shredKeys(folder, '--yes')).toMatchObject({ code: 2 });
  expect(await shredKeys(folder, '--account', 'acme', '--before', '2026-13', '--yes')).toMatchObject({ code: 2 });
  expect(await runTollgate('numbers', 'list')).toMatchObject({
    code: 2,
    output: expect.stringContaining('TOLLGATE_NUMBER_KEYS') as string,
  });
});
