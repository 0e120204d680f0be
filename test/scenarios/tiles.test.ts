import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { post, postBatch } from './support/api';
import { createDataFolder, spawnProgram, startTollgate } from './support/tollgate-process';
import { entriesOf } from './support/traffic-load';
import { until } from './support/until';

const verifier = resolve(__dirname, '../../packages/verify/bin/tollgate-verify.js');
const entries = 700;

it('whoever keeps tiles computes the root that was signed from them, and finds a hash that was changed', async () => {
  const folder = await createDataFolder();
  const key = join(folder, 'signing.pem');
  const tollgate = await startTollgate({
    data: await createDataFolder(),
    environment: { TOLLGATE_SIGNING_KEY: key },
  });
  // Without a rule nothing is decided: each entry is one event.
  await post(tollgate.url, '/v1/accounts', { accountId: 'acme', currency: 'EUR' });
  await postBatch(tollgate.url, entriesOf(['acme'], 0, entries));
  const note = await until('all is signed', async () => {
    const text = await (await fetch(`${tollgate.url}/v1/checkpoint`)).text();
    return Number(text.split('\n')[1]) > entries && text;
  });
  const size = Number(note.split('\n')[1]);
  const [full, rest] = [Math.floor(size / 256), size % 256];
  expect(full).toBe(2);
  await writeFile(join(folder, 'checkpoint'), note);
  const last = `0/002.p/${String(rest)}`;
  for (const path of ['0/000', '0/001', last, '1/000.p/2']) {
    await mkdir(dirname(join(folder, 'tile', path)), { recursive: true });
    const answer = await fetch(`${tollgate.url}/v1/tile/${path}`);
    expect(answer.status).toBe(200);
    await writeFile(join(folder, 'tile', path), new Uint8Array(await answer.arrayBuffer()));
  }
  await tollgate.stop();

  const check = async () => {
    const given = ['--key', `${key}.pub`, '--checkpoint', join(folder, 'checkpoint')];
    const { exited, output } = spawnProgram(verifier, ['--tiles', join(folder, 'tile'), ...given], {});
    return { code: (await exited).code, output: output() };
  };
  expect(await check()).toEqual({
    code: 0,
    output: expect.stringMatching(
      /^0 differences: the tiles are of the first \d+ lines of tollgate\/\S+\.\n$/,
    ) as string,
  });
  await writeFile(join(folder, 'tile', last), Buffer.alloc(rest * 32));
  const { code, output } = await check();
  expect([code, output]).toEqual([1, expect.stringContaining(`not of the ${String(size)} events that were signed`)]);
});
