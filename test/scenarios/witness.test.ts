import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { runToEnd } from '../run-to-end';
import { get, openPrepaid, post } from './support/api';
import { createDataFolder, spawnProgram, spawnTollgate, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';
import { startWitnessProcess } from './support/witness-process';
import type { WitnessProcess } from './support/witness-process';

const verifiers = [
  { program: resolve(__dirname, '../../packages/verify/bin/tollgate-verify.js'), isPython: false },
  { program: resolve(__dirname, '../../infra/verify/tollgate_verify.py'), isPython: true },
];

const name = 'witness.example/w1';
const line = `\u2014 ${name} `;
let folder: string;
let key: string;
let data: string;
let tollgate: Tollgate;
let witness: WitnessProcess;

const publicKey = async (): Promise<string> => (await readFile(`${key}.pub`, 'utf8')).trim();
const start = (from: string, witnesses = witness.address): Promise<Tollgate> =>
  startTollgate({
    data: from,
    environment: { TOLLGATE_SIGNING_KEY: key, TOLLGATE_WITNESSES: witnesses, TOLLGATE_LOG_LEVEL: 'warn' },
  });
const startWitness = async (port = '0', ...logs: string[]): Promise<WitnessProcess> =>
  startWitnessProcess({ name, state: join(folder, 'witness.json'), logs: [await publicKey(), ...logs], port });
const latest = async (query = ''): Promise<string> =>
  (await fetch(`${tollgate.url}/v1/checkpoints/latest${query}`)).text();
const sizeOf = (note: string): number => Number(note.split('\n')[1]);
const metric = async (named: string): Promise<number> => {
  const text = await (await fetch(`${tollgate.url}/metrics`)).text();
  return Number(new RegExp(`^${named}\\{witness="${name}"\\} (.+)$`, 'm').exec(text)?.[1]);
};

let payments = 0;
/** Records one more event, and waits until it is signed. */
const record = async (): Promise<string> => {
  payments += 1;
  const amount = { direction: 'inbound', amount: '1', currency: 'EUR' };
  const body = { paymentId: `p-${String(payments)}`, accountId: 'acme', ...amount };
  const before = sizeOf(await latest());
  expect((await post(tollgate.url, '/v1/payments', body)).status).toBe(201);
  return until('it is signed', async () => {
    const note = await latest();
    return sizeOf(note) > before && note;
  });
};
const untilCosigned = (): Promise<string> =>
  until('the witness has cosigned it', async () => {
    const note = await latest();
    return note.includes(line) && note;
  });
/** How both verifiers end that must see the witness below a checkpoint. */
const verified = async (note: string): Promise<[status: number | null, output: string][]> => {
  await writeFile(join(folder, 'checkpoint'), note);
  const exported = spawnTollgate(['export', '--output', join(folder, 'export.ndjson')], {
    TOLLGATE_DATA: tollgate.data,
  });
  expect((await exported.exited).code).toBe(0);
  const args = [join(folder, 'export.ndjson'), '--checkpoint', join(folder, 'checkpoint'), '--key', `${key}.pub`];
  return verifiers.map(({ program, isPython }) => {
    const command = isPython ? 'python3' : process.execPath;
    const { status, stdout } = runToEnd(command, [program, ...args, '--witness', witness.key]);
    return [status, stdout];
  });
};
const whole = verifiers.map(() => [0, expect.stringContaining('0 differences') as string]);
const uncosigned = verifiers.map(() => [1, expect.stringContaining(`witness ${name} has not cosigned it`) as string]);

beforeAll(async () => {
  [folder, data] = [await createDataFolder(), join(await createDataFolder(), 'data')];
  key = join(folder, 'keys', 'signing.pem');
  tollgate = await startTollgate({ data, environment: { TOLLGATE_SIGNING_KEY: key } });
  await openPrepaid(tollgate.url, ['acme']);
  await until('something is signed', async () => (await fetch(`${tollgate.url}/v1/checkpoints/latest`)).ok);
  await tollgate.stop();
  witness = await startWitness();
  tollgate = await start(data);
});

it('a checkpoint is given out at once, and with the line of the witness when that has come, which both verifiers ask for', async () => {
  const note = await record();
  const cosigned = await untilCosigned();
  expect(cosigned.startsWith(note.split(line)[0] ?? '?')).toBe(true);
  expect(await verified(cosigned)).toEqual(whole);
  expect(await verified(cosigned.split(line)[0] ?? '')).toEqual(uncosigned);
  expect(await latest(`?witness=${encodeURIComponent(name)}`)).toBe(cosigned);
  expect((await get(tollgate.url, '/v1/checkpoints/latest?witness=other')).body).toMatchObject({
    detail: `witness: it is one of ${name}`,
  });
  expect([await metric('tollgate_witness_refused'), await metric('tollgate_witness_waiting_seconds')]).toEqual([0, 0]);
});

it('while the witness is away all goes on without it, and once it is back it goes on from where it was', async () => {
  const before = await untilCosigned();
  await witness.kill();
  const alone = await record();
  expect(alone).not.toContain(line);
  await until('it is told', async () => (await metric('tollgate_witness_waiting_seconds')) > 0.5);
  const { status, body } = await get(tollgate.url, '/readyz');
  expect([status, body]).toEqual([
    200,
    expect.objectContaining({
      parts: expect.arrayContaining([
        { name: `witness ${name}`, isReady: false, detail: expect.stringContaining('fetch failed') as string },
      ]) as object[],
    }),
  ]);
  expect(await latest(`?witness=${encodeURIComponent(name)}`)).toBe(before);
  witness = await startWitness(witness.port);
  expect(sizeOf(await untilCosigned())).toBe(sizeOf(alone));
});

it('what was cosigned before a start was lost with it, while the witness is away', async () => {
  const before = await untilCosigned();
  await witness.kill();
  await tollgate.kill();
  tollgate = await start(data);
  expect(await latest()).toBe(before);
  expect(await latest(`?witness=${encodeURIComponent(name)}`)).toBe(before);
  witness = await startWitness(witness.port);
  await record();
  await untilCosigned();
});

it('a key that the witness was not told of is not cosigned until it is, and then both are of one history', async () => {
  await untilCosigned();
  await tollgate.stop();
  const old = await publicKey();
  const rotating = spawnTollgate(['audit', 'rotate-key', '--reason', 'a year has passed'], {
    TOLLGATE_SIGNING_KEY: key,
  });
  expect((await rotating.exited).code).toBe(0);
  tollgate = await start(data);
  await until('the witness does not know it', () => tollgate.output().includes('it knows another key of this ledger'));
  await witness.kill();
  witness = await startWitness(witness.port, old);
  expect(await verified(await untilCosigned())).toEqual(whole);
});

describe('a machine that was put back as it was, key and all, once Tollgate had gone on', () => {
  let copy: string;
  let forked: string;

  beforeAll(async () => {
    await untilCosigned();
    await tollgate.stop();
    copy = await createDataFolder();
    await cp(data, join(copy, 'data'), { recursive: true });
    await cp(join(folder, 'keys'), join(copy, 'keys'), { recursive: true });
    tollgate = await start(data);
    await record();
    await record();
    await untilCosigned();
    await tollgate.stop();
    key = join(copy, 'keys', 'signing.pem');
    tollgate = await start(join(copy, 'data'));
  });

  const untilRefused = (says: RegExp): Promise<unknown> =>
    until(`it says ${String(says)}`, async () => {
      const { status, body } = await get(tollgate.url, '/readyz');
      return status === 200 && says.test(JSON.stringify(body));
    });

  it('is told of by the witness at once, while nothing else could know, and traffic goes on', async () => {
    await untilRefused(/it has seen \d+ events of this ledger, and \d+ are signed here/);
    expect(await metric('tollgate_witness_refused')).toBe(1);
    expect(tollgate.output()).toMatch(/"level":"?(error|50)"?.*A WITNESS HAS SEEN ANOTHER HISTORY OF THIS LEDGER/);
    expect(tollgate.output().match(/A WITNESS HAS SEEN/g)).toHaveLength(1);
    payments += 100;
    expect(await record()).not.toContain(line);
  });

  it('is never cosigned again, also when it has as many events, and more', async () => {
    await record();
    await untilRefused(/it has seen other events in the place of the \d+ that are signed here/);
    forked = await record();
    await untilRefused(/the checkpoint does not continue the \d+ events that it has seen/);
    expect(await metric('tollgate_witness_refused')).toBe(1);
    expect(await verified(await latest())).toEqual(uncosigned);
  });

  it('is cosigned under a new origin only once the witness is told of that', async () => {
    await tollgate.stop();
    const args = ['audit', 'new-origin', '--reason', 'restored from Monday'];
    const { exited } = spawnTollgate(args, { TOLLGATE_SIGNING_KEY: key });
    expect((await exited).code).toBe(0);
    tollgate = await start(join(copy, 'data'));
    await until('the witness does not know it', () => tollgate.output().includes('it does not know this ledger (404)'));
    await witness.kill();
    const origin = `${String(forked.split('\n')[0])}/2`;
    witness = await startWitness(witness.port, `${origin} ${await publicKey()}`);
    const cosigned = await untilCosigned();
    expect([cosigned.split('\n')[0], cosigned]).toEqual([
      origin,
      expect.stringContaining('reason "restored from Monday"'),
    ]);
    expect(await metric('tollgate_witness_refused')).toBe(0);
  });
});

test.each([
  ['not-a-witness', 'must be URL KEY'],
  ['http://127.0.0.1:1 a+00000000+BARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T', 'the key of a does not match its id'],
])('a setting that names no witness is refused at the start: %s', async (text, says) => {
  const { exited, output } = spawnProgram(resolve(__dirname, '../../services/tollgate/bin/tollgate.js'), ['serve'], {
    ...{ TOLLGATE_WITNESSES: text, TOLLGATE_SIGNING_KEY: join(folder, 'other.pem') },
  });
  expect((await exited).code).toBe(2);
  expect(output()).toContain('TOLLGATE_WITNESSES (--witnesses <list>): ');
  expect(output()).toContain(says);
});
