import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { get, openPrepaid, postBatch } from './support/api';
import { newStoreLedger } from './support/set-ups';
import { createDataFolder, spawnTollgate, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';

const call = (usageId: string, amount: string, more: object = {}): object => ({
  ...{ kind: 'usage', usageId, accountId: 'acme', direction: 'inbound', amount, currency: 'EUR' },
  ...more,
});

describe.each([
  { name: 'a folder', environmentOf: () => Promise.resolve({}) },
  { name: 'an event store', environmentOf: newStoreLedger },
])('the log in $name', ({ environmentOf }) => {
  let environment: NodeJS.ProcessEnv;
  let folder: string;
  let tollgate: Tollgate;

  beforeAll(async () => {
    folder = await createDataFolder();
    const data = await createDataFolder();
    environment = { ...(await environmentOf()), TOLLGATE_DATA: data };
    tollgate = await startTollgate({ data, environment });
    await openPrepaid(tollgate.url, ['acme', 'zenith']);
    await postBatch(tollgate.url, [
      { kind: 'payment', paymentId: 'p', accountId: 'acme', direction: 'inbound', amount: '100', currency: 'EUR' },
      call('u', '0.0000000001', { attributes: { prefix: '49' } }),
      call('v', '100.5', { attributes: { prefix: '=44' }, caller: '<b>' }),
      { kind: 'reversal', reversalId: 'r', accountId: 'acme', of: { kind: 'usage', id: 'v' }, reason: 'x', actor: 'a' },
    ]);
  });
  afterAll(async () => {
    await tollgate.stop();
  });

  const command = async (...args: string[]): Promise<{ code: number | null; output: string }> => {
    const { exited, output } = spawnTollgate(args, environment);
    return { code: (await exited).code, output: output() };
  };

  it.each(['text', 'csv', 'json', 'html'])(
    'prints the same %s of the log, an export and a Tollgate that runs',
    async (format) => {
      const path = join(folder, 'export.ndjson');
      await writeFile(path, (await command('export')).output);
      const flags = ['statement', 'acme', '--format', format];
      const { code, output } = await command(...flags);
      expect([code, output]).toEqual([0, expect.stringContaining('99.9999999999')]);
      expect(await command(...flags, path)).toEqual({ code, output });
      expect(await command(...flags, '--url', tollgate.url)).toEqual({ code, output });
      const file = join(folder, `statement.${format}`);
      expect(await command(...flags, '--output', file)).toEqual({ code: 0, output: '' });
      expect(await readFile(file, 'utf8')).toBe(output);
    },
  );

  it('closes with the balance that is answered', async () => {
    const { output } = await command('statement', 'acme', '--format', 'json');
    const told = JSON.parse(output) as { parts: { direction: string; closing: string }[] };
    const { body } = await get(tollgate.url, '/v1/accounts/acme');
    const closings = Object.fromEntries(told.parts.map(({ direction, closing }) => [direction, closing]));
    expect(body['balances']).toMatchObject(closings);
    expect(closings['inbound']).toBe('99.9999999999');
  });

  it.each([
    [['nobody'], 1, 'account nobody is not there'],
    [['acme', '--id', 'january'], 1, 'account acme has no closed statement january'],
    [['acme', '--zone', 'Europe/Atlantis'], 2, '"Europe/Atlantis" is no time zone'],
    [['acme', '--from', 'monday'], 2, 'It must be like 2026-01-31T00:00:00Z'],
  ])('tollgate statement %j ends with %i and says why', async (args, code, why) => {
    expect(await command('statement', ...args)).toEqual({ code, output: expect.stringContaining(why) as string });
  });
});
