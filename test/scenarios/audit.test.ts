import { createHash } from 'node:crypto';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runToEnd } from '../run-to-end';
import { get, openPrepaid, post, postBatch } from './support/api';
import { describedApi } from './support/described';
import { newStoreLedger } from './support/set-ups';
import { createDataFolder, spawnProgram, spawnTollgate, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';

const verifier = resolve(__dirname, '../../packages/verify/bin/tollgate-verify.js');

const sha256 = (...parts: (string | Uint8Array)[]): Buffer =>
  createHash('sha256')
    .update(Buffer.concat(parts.map((part) => Buffer.from(part as string))))
    .digest();
const leafOf = (line: string): Buffer => sha256(Buffer.of(0), line);
const nodeOf = (left: Uint8Array, right: Uint8Array): Buffer => sha256(Buffer.of(1), left, right);

/** What anybody can write who has read RFC 9162, 2.1.1. */
const rootOf = (lines: readonly string[]): Buffer => {
  if (lines.length < 2) return lines.length === 0 ? sha256('') : leafOf(String(lines[0]));
  let half = 1;
  while (2 * half < lines.length) half *= 2;
  return nodeOf(rootOf(lines.slice(0, half)), rootOf(lines.slice(half)));
};

/** Where the path of RFC 9162, 2.1.3.2 ends. */
const rootAbove = (
  line: string,
  { index, size, hashes }: { index: number; size: number; hashes: string[] },
): Buffer => {
  let [at, last, root] = [index, size - 1, leafOf(line)];
  for (const text of hashes) {
    const hash = Buffer.from(text, 'base64');
    if (at % 2 === 1 || at === last) {
      root = nodeOf(hash, root);
      while (at % 2 === 0 && at !== 0) [at, last] = [at >> 1, last >> 1];
    } else root = nodeOf(root, hash);
    [at, last] = [at >> 1, last >> 1];
  }
  return root;
};

const usages = (from: number, count: number): object[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ kind: index % 3 === 0 ? 'payment' : 'usage', accountId: index % 2 === 0 ? 'acme' : 'zenith' },
    ...{ direction: 'inbound', amount: String(1 + (index % 5)), currency: 'EUR' },
    [index % 3 === 0 ? 'paymentId' : 'usageId']: `r${String(from + index)}`,
  }));

const exportOf = async (environment: NodeJS.ProcessEnv): Promise<string[]> => {
  const { exited, output } = spawnTollgate(['export'], environment);
  expect((await exited).code).toBe(0);
  return output().trimEnd().split('\n');
};

const untilAllIsSigned = (url: string, lines: readonly string[]): Promise<string> =>
  until(`${String(lines.length)} events are signed`, async () => {
    const text = await (await fetch(`${url}/v1/checkpoints/latest`)).text();
    return text.split('\n')[1] === String(lines.length) ? text : undefined;
  });

describe.each([
  { name: 'a folder', environmentOf: () => Promise.resolve({}) },
  { name: 'an event store', environmentOf: newStoreLedger },
])('the log in $name', ({ environmentOf }) => {
  let environment: NodeJS.ProcessEnv;
  let data: string;
  let folder: string;
  let tollgate: Tollgate;

  const start = async (): Promise<Tollgate> => startTollgate({ data, environment });
  beforeAll(async () => {
    data = await createDataFolder();
    folder = await createDataFolder();
    environment = { ...(await environmentOf()), TOLLGATE_SIGNING_KEY: join(folder, 'signing.pem') };
    tollgate = await start();
    await openPrepaid(tollgate.url, ['acme', 'zenith']);
    await post(tollgate.url, '/v1/accounts', {
      accountId: 'line',
      name: 'a\u2028b\u0085c \ud83d\ude00',
      currency: 'EUR',
    });
    await postBatch(tollgate.url, usages(0, 300));
  });
  afterAll(async () => {
    await tollgate.stop();
  });

  const command = async (...args: string[]): Promise<{ code: number | null; output: string }> => {
    const { exited, output } = spawnTollgate(args, { ...environment, TOLLGATE_DATA: data });
    return { code: (await exited).code, output: output() };
  };
  const exported = (): Promise<string[]> => exportOf({ ...environment, TOLLGATE_DATA: data });
  const checkpoint = async (): Promise<string> => (await fetch(`${tollgate.url}/v1/checkpoints/latest`)).text();
  /** A checkpoint of all there is, in a file. */
  const checkpointOfAll = async (name: string): Promise<string> => {
    const note = await untilAllIsSigned(tollgate.url, await exported());
    await writeFile(join(folder, name), note);
    return note;
  };
  const verify = async (...checkpoints: string[]): Promise<{ code: number | null; output: string }> => {
    await writeFile(join(folder, 'export.ndjson'), `${(await exported()).join('\n')}\n`);
    const given = checkpoints.flatMap((name) => ['--checkpoint', join(folder, name)]);
    const { exited, output } = spawnProgram(
      verifier,
      [join(folder, 'export.ndjson'), '--key', join(folder, 'signing.pem.pub'), ...given],
      {},
    );
    return { code: (await exited).code, output: output() };
  };

  it('signs a root that anybody can compute from an export', async () => {
    const note = await checkpointOfAll('first');
    const lines = await exported();
    const [origin, size, root] = note.split('\n');
    const { eventId } = JSON.parse(String(lines[0])) as { eventId: string };
    expect([origin, size, root]).toEqual([
      `tollgate/${eventId}`,
      String(lines.length),
      rootOf(lines).toString('base64'),
    ]);
  });

  it('signs the root that the lines of the README compute', async () => {
    const readme = await readFile(resolve(__dirname, '../../README.md'), 'utf8');
    const [, program = ''] = /```python\n([\s\S]*?)```/.exec(readme) ?? [];
    const input = `${(await exported()).join('\n')}\n`;
    const { stdout } = runToEnd('python3', ['-c', program], { input });
    expect(stdout.trim()).toBe((await checkpoint()).split('\n')[2]);
  });

  it('proves of any event that it is among those that were signed', async () => {
    const api = await describedApi(tollgate.url);
    const lines = await exported();
    for (const index of [0, 1, 100, lines.length - 1]) {
      const line = String(lines[index]);
      const { eventId } = JSON.parse(line) as { eventId: string };
      const { body } = await api.get(`/v1/proofs/inclusion?eventId=${eventId}&size=${String(lines.length)}`);
      expect(body).toMatchObject({ index, size: lines.length });
      expect(rootAbove(line, body as never)).toEqual(rootOf(lines));
    }
    const { body } = await api.get('/v1/proofs/consistency?from=1&to=2');
    expect(body['hashes']).toEqual([leafOf(String(lines[1])).toString('base64')]);
  });

  it('gives the hashes of its tree in tiles, from which anybody can prove the rest', async () => {
    const lines = await exported();
    const tileOf = async (path: string): Promise<Buffer> => {
      const answer = await fetch(`${tollgate.url}/v1/tile/${path}`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
      return Buffer.from(await answer.arrayBuffer());
    };
    const leaves = Buffer.concat(lines.map(leafOf));
    expect(await tileOf('0/000')).toEqual(leaves.subarray(0, 256 * 32));
    expect(await tileOf('0/001.p/17')).toEqual(leaves.subarray(256 * 32, (256 + 17) * 32));
    expect(await tileOf('1/000.p/1')).toEqual(rootOf(lines.slice(0, 256)));
    expect(await (await fetch(`${tollgate.url}/v1/checkpoint`)).text()).toBe(await checkpoint());
  });

  it.each([
    ['/v1/tile/0/999', 404, 'level 0 has'],
    ['/v1/tile/0/001', 404, 'there is no tile 001 of it'],
    ['/v1/tile/0/1', 400, 'must be level and number of a tile'],
    ['/v1/tile/6/000', 400, 'must be level and number of a tile'],
    ['/v1/tile/0/x001', 400, 'must be level and number of a tile'],
    ['/v1/proofs/inclusion?eventId=x', 400, 'eventId: must be the id of an event'],
    ['/v1/proofs/inclusion?eventId=00000000-0000-4000-8000-000000000000', 404, 'there is no event'],
    ['/v1/proofs/consistency?from=2&to=1', 400, 'from: must not be above to'],
    ['/v1/proofs/consistency?from=1&to=1000000', 400, 'to: the latest checkpoint is of'],
  ])('answers %s with %i', async (path, status, detail) => {
    const api = await describedApi(tollgate.url);
    const answer = await api.get(path);
    expect([answer.status, answer.body['detail']]).toEqual([status, expect.stringContaining(detail)]);
  });

  it('goes on after a kill, and the verifier finds all that was signed before and after in one history', async () => {
    await tollgate.kill();
    tollgate = await start();
    await postBatch(tollgate.url, usages(300, 100));
    await checkpointOfAll('second');
    const { code, output } = await verify('first', 'second');
    expect(output).toMatch(/are proven by \S+\.\n0 differences in \d+ events and \d+ blocks and unblocks\.\n$/);
    expect(code).toBe(0);
  });

  it('audits every block and unblock by the rules of another program', async () => {
    const { code, output } = await command('audit', 'cutoff');
    expect(output).toMatch(/^0 differences in [1-9]\d* edges \(\d+ events\); blocked now: \d+\.\n$/);
    expect(code).toBe(0);
    const served = await command('audit', 'cutoff', '--url', tollgate.url);
    expect(served.output.replace(/ \(\d+ events\)/, '')).toBe(output.replace(/ \(\d+ events\)/, ''));
    expect(served.code).toBe(0);
    const path = join(folder, 'tampered.ndjson');
    const line = (await exported()).findIndex((text) => text.includes('"type":"TrafficUnblocked"'));
    await writeFile(path, (await exported()).toSpliced(line, 1).join('\n'));
    const tampered = await command('audit', 'cutoff', path);
    expect(tampered.code).toBe(1);
    expect(tampered.output).toMatch(/goes on with revision 1 after -1|goes on with revision \d+ after \d+/);
  });

  it('closes every account as it answers them, from the log, an export and a Tollgate that runs', async () => {
    const { code, output } = await command('audit', 'trial-balance', '--json');
    const told = JSON.parse(output) as { accounts: { accountId: string; direction: string; closing: string }[] };
    const { accountId, direction, closing } = told.accounts[0] ?? {};
    const { body } = await get(tollgate.url, `/v1/accounts/${String(accountId)}`);
    expect([code, body]).toEqual([0, expect.objectContaining({ accountId: 'acme' })]);
    expect(body).toHaveProperty(`balances.${String(direction)}`, closing);
    const served = await command('audit', 'trial-balance', '--url', tollgate.url);
    expect([served.code, served.output]).toEqual([0, expect.stringMatching(/\n0 differences in 6 balances/)]);
    const path = join(folder, 'doubled.ndjson');
    const lines = await exported();
    const charged = lines.findIndex((text) => text.includes('"type":"UsageCharged"'));
    await writeFile(path, lines.toSpliced(charged, 0, String(lines[charged])).join('\n'));
    const doubled = await command('audit', 'trial-balance', path);
    expect([doubled.code, doubled.output]).toEqual([1, expect.stringMatching(/usage \S+ of \S+ counts twice/)]);
  });

  it('tells how far the tree is, and needs no more than that to be made anew', async () => {
    const note = await checkpointOfAll('third');
    const size = note.split('\n')[1] ?? '';
    const metrics = await (await fetch(`${tollgate.url}/metrics`)).text();
    expect(metrics).toContain(`tollgate_tree_events ${size}\n`);
    expect(metrics).toContain('tollgate_tree_lag_seconds 0\n');
    await tollgate.stop();
    await rm(join(data, 'tree'), { recursive: true, force: true });
    tollgate = await start();
    expect((await checkpointOfAll('fourth')).split('\n').slice(0, 3)).toEqual(note.split('\n').slice(0, 3));
  });
});

test('a log that moves into an event store has the same lines there, and its checkpoints go on', async () => {
  const [data, folder, elsewhere] = [await createDataFolder(), await createDataFolder(), await createDataFolder()];
  const key = { TOLLGATE_SIGNING_KEY: join(folder, 'signing.pem') };
  const first = await startTollgate({ data, environment: key });
  await openPrepaid(first.url, ['acme', 'zenith']);
  await postBatch(first.url, usages(0, 50));
  const signed = await untilAllIsSigned(first.url, await exportOf({ TOLLGATE_DATA: data }));
  await first.stop();

  const store = await newStoreLedger();
  const to = {
    EVENTSTORE_URL_TO: store['EVENTSTORE_URL'],
    EVENTSTORE_STREAM_PREFIX_TO: store['EVENTSTORE_STREAM_PREFIX'],
  };
  const copying = spawnTollgate(['copy-log', '--from', `folder:${data}`, '--to', 'eventstore'], to);
  expect([(await copying.exited).code, copying.output()]).toEqual([0, expect.anything()]);
  const second = await startTollgate({ data: elsewhere, environment: { ...store, ...key } });
  const lines = await exportOf({ ...store, TOLLGATE_DATA: elsewhere });
  expect(lines).toEqual(await exportOf({ TOLLGATE_DATA: data }));
  expect((await untilAllIsSigned(second.url, lines)).split('\n').slice(0, 3)).toEqual(signed.split('\n').slice(0, 3));
  await postBatch(second.url, usages(50, 10));
  const after = await untilAllIsSigned(second.url, await exportOf({ ...store, TOLLGATE_DATA: elsewhere }));
  expect(after.split('\n')[0]).toBe(signed.split('\n')[0]);
  expect((await get(second.url, '/readyz')).status).toBe(200);
  await second.stop();
});

test('a log that was put back from an older copy is not ready until somebody has said why, and who holds a checkpoint sees it', async () => {
  const [data, folder] = [await createDataFolder(), await createDataFolder()];
  const environment = { TOLLGATE_SIGNING_KEY: join(folder, 'signing.pem') };
  const signed = (url: string, size: number): Promise<string> => untilAllIsSigned(url, Array<string>(size));
  const first = await startTollgate({ data, environment });
  await openPrepaid(first.url, ['acme']);
  await signed(first.url, 2);
  await first.stop();
  await cp(data, join(folder, 'older'), { recursive: true });
  const second = await startTollgate({ data, environment });
  await openPrepaid(second.url, ['zenith']);
  const before = await signed(second.url, 4);
  await second.stop();
  await rm(data, { recursive: true });
  await cp(join(folder, 'older'), data, { recursive: true });

  const third = await startTollgate({ data, environment });
  const reason = await until('it is not ready', async () => {
    const { status, body } = await get(third.url, '/readyz');
    return status === 503 ? JSON.stringify(body) : undefined;
  });
  expect(reason).toContain('4 events were signed, and the log has 2: put the log back that was signed; or,');
  await third.stop();
  const { exited, output } = spawnTollgate(['audit', 'new-origin', '--reason', 'restored from Monday'], environment);
  expect([(await exited).code, output()]).toEqual([0, expect.stringContaining('was of 4 events')]);
  const fourth = await startTollgate({ data, environment });
  const [origin, , root] = before.split('\n');
  const after = await signed(fourth.url, 2);
  expect(after.split('\n').slice(3, 5)).toEqual([
    `continues ${String(origin)} 4 ${String(root)}`,
    'reason "restored from Monday"',
  ]);
  expect((await get(fourth.url, '/readyz')).status).toBe(200);
  await fourth.stop();
  expect(fourth.output()).not.toContain((await readFile(join(folder, 'signing.pem'), 'utf8')).split('\n')[1]);
});
