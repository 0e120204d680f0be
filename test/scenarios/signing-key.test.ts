import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { get, openPrepaid } from './support/api';
import { createDataFolder, spawnProgram, spawnTollgate, startTollgate } from './support/tollgate-process';
import { until } from './support/until';

const verifier = resolve(__dirname, '../../packages/verify/bin/tollgate-verify.js');

const signed = (url: string, size: number): Promise<string> =>
  until(`${String(size)} events are signed`, async () => {
    const text = await (await fetch(`${url}/v1/checkpoints/latest`)).text();
    return text.split('\n')[1] === String(size) ? text : undefined;
  });

test('a key is replaced while Tollgate is stopped, and who has the old one trusts the new one by the log', async () => {
  const [data, folder] = [await createDataFolder(), await createDataFolder()];
  const key = join(folder, 'signing.pem');
  const environment = { TOLLGATE_SIGNING_KEY: key, TOLLGATE_DATA: data };
  const run = async (...args: string[]): Promise<{ code: number | null; output: string }> => {
    const { exited, output } = spawnTollgate(args, environment);
    return { code: (await exited).code, output: output() };
  };
  const first = await startTollgate({ data, environment });
  await openPrepaid(first.url, ['acme']);
  await writeFile(join(folder, 'before'), await signed(first.url, 2));
  expect(await run('audit', 'rotate-key', '--reason', 'a year has passed')).toMatchObject({
    output: expect.stringContaining('another process is using') as string,
  });
  await first.stop();
  const old = await readFile(`${key}.pub`, 'utf8');
  await writeFile(join(folder, 'old.pub'), old);
  expect(await run('audit', 'rotate-key', '--reason', 'x', '--compromised-after', '-1')).toMatchObject({ code: 2 });
  expect(await run('audit', 'rotate-key', '--reason', 'a year has passed')).toEqual({
    ...{ code: 0, output: 'Another key signs from the next start on.\n' },
  });

  const second = await startTollgate({ data, environment });
  await signed(second.url, 3);
  await openPrepaid(second.url, ['zenith']);
  await writeFile(join(folder, 'after'), await signed(second.url, 5));
  await second.kill();
  const third = await startTollgate({ data, environment });
  expect((await get(third.url, '/readyz')).status).toBe(200);
  await third.stop();
  expect(await readFile(`${key}.pub`, 'utf8')).not.toBe(old);
  const { output } = await run('export');
  await writeFile(join(folder, 'export.ndjson'), output);
  expect(JSON.parse(String(output.split('\n')[2]))).toMatchObject({
    ...{ stream: 'signing-key', type: 'SigningKeyChanged' },
    data: { previous: old.trim(), reason: 'a year has passed' },
  });
  const checkpoints = ['before', 'after'].flatMap((name) => ['--checkpoint', join(folder, name)]);
  const args = [join(folder, 'export.ndjson'), '--key', join(folder, 'old.pub'), ...checkpoints];
  const verifying = spawnProgram(verifier, args, {});
  expect([(await verifying.exited).code, verifying.output()]).toEqual([
    0,
    expect.stringContaining('0 differences in 5'),
  ]);
  expect(await run('verify')).toMatchObject({ code: 0 });
  expect(await run('audit', 'cutoff')).toMatchObject({ code: 0 });
});

test('a key in the data folder, or in a backup of it, would be with whoever has the data: it is refused', async () => {
  const data = await createDataFolder();
  const { exited, output } = spawnTollgate(['serve', '--data', data, '--signing-key', join(data, 'signing.pem')]);
  expect((await exited).code).toBe(2);
  expect(output()).toContain('TOLLGATE_SIGNING_KEY (--signing-key <file>): must not lie in the data folder');
});

test('a lost last checkpoint let the same number of events be signed twice: the ledger goes on, and /readyz says what to do', async () => {
  const [data, folder] = [await createDataFolder(), await createDataFolder()];
  const key = join(folder, 'signing.pem');
  const environment = { TOLLGATE_SIGNING_KEY: key };
  const first = await startTollgate({ data, environment });
  await openPrepaid(first.url, ['acme']);
  const before = await signed(first.url, 2);
  await first.stop();
  await rm(`${key}.last`);

  const second = await startTollgate({ data, environment });
  const reason = await until('it is not ready', async () => {
    const { status, body } = await get(second.url, '/readyz');
    return status === 503 ? JSON.stringify(body) : undefined;
  });
  expect(reason).toContain('signing.pem.last, the last checkpoint that was signed, is gone');
  await openPrepaid(second.url, ['zenith']);
  expect((await fetch(`${second.url}/v1/checkpoints/latest`)).status).toBe(404);
  await second.stop();
  await writeFile(`${key}.last`, before);
  const third = await startTollgate({ data, environment });
  await signed(third.url, 4);
  expect((await get(third.url, '/readyz')).status).toBe(200);
  await third.stop();

  await rm(`${key}.last`);
  const { exited, output } = spawnTollgate(['audit', 'new-origin', '--reason', 'a lost disk'], environment);
  expect([(await exited).code, output()]).toEqual([
    0,
    expect.stringMatching(/; the last one of tollgate\/\S+ is lost\.$/m),
  ]);
  const fourth = await startTollgate({ data, environment });
  const [origin] = before.split('\n');
  expect(await signed(fourth.url, 4)).toContain(`${String(origin)}/2\n4\n`);
  await fourth.stop();
});
