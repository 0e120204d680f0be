import { readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { removeUnpacked, unpack } from '../../histories/history';
import { get, post, postBatch } from '../../scenarios/support/api';
import { createDataFolder, runTollgate, startTollgate } from '../../scenarios/support/tollgate-process';
import type { Tollgate } from '../../scenarios/support/tollgate-process';
import { entriesOf } from '../../scenarios/support/traffic-load';
import { until } from '../../scenarios/support/until';
import { inconsistenciesOf, readWholeState } from '../../scenarios/support/whole-state';
import type { WholeState } from '../../scenarios/support/whole-state';
import { makeReadOnly } from './small-disk.fixture';

const accounts = ['north', 'south', 'east', 'west'];

let data: string;
let tollgate: Tollgate;
let before: WholeState;

/** A ledger with a history. */
beforeEach(async () => {
  data = await createDataFolder();
  tollgate = await startTollgate({ data });
  for (const accountId of accounts)
    await post(tollgate.url, '/v1/accounts', { accountId, currency: 'EUR', cutoff: { balances: ['inbound'] } });
  await postBatch(tollgate.url, entriesOf(accounts, 0, 400));
  before = await readWholeState(tollgate.url);
});
afterEach(() => tollgate.kill());

const logFile = (): string => {
  const [segment = ''] = readdirSync(join(data, 'log')).filter((name) => name.endsWith('.log'));
  return join(data, 'log', segment);
};

/** Runs `tollgate serve`, which must not start; what it says. */
const refusedStart = async (code = 1): Promise<string> => {
  const { output, ...ended } = await runTollgate('serve', '--port', '0', '--data', data);
  expect(ended.code).toBe(code);
  return output;
};

const expectSameAsBefore = async (): Promise<void> => {
  tollgate = await startTollgate({ data });
  expect(await readWholeState(tollgate.url)).toEqual(before);
};

/** Changes a bit of each payment's id, where it lies on the disk. */
const flipBits = (): void => {
  const bytes = readFileSync(logFile());
  const text = '"paymentId":"';
  for (let place = bytes.indexOf(text); place >= 0; place = bytes.indexOf(text, place + 1)) {
    const at = place + text.length;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
  }
  writeFileSync(logFile(), bytes);
};

describe('a data folder', () => {
  it('in use is refused to a second process, which names it, and the first goes on', async () => {
    expect(await refusedStart()).toMatch(`another process is using ${data}`);
    await postBatch(tollgate.url, entriesOf(accounts, 400, 100));
    expect(inconsistenciesOf(await readWholeState(tollgate.url))).toEqual([]);
  });

  it('that cannot be written keeps Tollgate from starting, and says what to do', async () => {
    await tollgate.stop();
    const readOnly = makeReadOnly(data);
    try {
      expect(await refusedStart(2)).toMatch(/the data folder \S+ cannot be written \(.*\): make room or give it to/);
    } finally {
      readOnly.release();
    }
    await expectSameAsBefore();
  });

  it.each(['/proc/x', '/dev/null', '/dev/null/x'])(
    'named %s, which can hold none, is refused at once with 2 and the reason: it used to be 1, as if it might pass',
    async (nowhere) => {
      const { code, output } = await runTollgate('serve', '--port', '0', '--data', nowhere);
      expect([code, output]).toEqual([
        2,
        expect.stringMatching(
          /the data folder \S+ cannot be written \(ENO.*\): make|\/dev\/null is a file: name a folder/,
        ),
      ]);
      expect(output).not.toContain('listens');
    },
  );

  it('of another version keeps Tollgate from starting and stays as it is', async () => {
    await tollgate.stop();
    const whole = readFileSync(logFile());
    const other = Buffer.from(whole);
    const line = whole.toString('utf8', 0, whole.lastIndexOf(',"crc":', 512)).replace('"version":1', '"version":9');
    other.write(`${line},"crc":${String(crc32(`${line}}`))}}`.padEnd(511));
    writeFileSync(logFile(), other);
    expect(await refusedStart()).toMatch(/was written in log format 9; this Tollgate reads format 1/);
    expect(readFileSync(logFile())).toEqual(other);
    writeFileSync(logFile(), whole);
    await expectSameAsBefore();
  });
});

describe('a data folder of the format before', () => {
  afterAll(removeUnpacked);

  it('is refused with what to do, and stays as it is', async () => {
    const old = await unpack('lmdb-1');
    const files = (): string[] =>
      readdirSync(old, { recursive: true, encoding: 'utf8', withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) =>
          [join(parentPath, name), readFileSync(join(parentPath, name), 'base64')].join(' '),
        )
        .sort();
    const asItWas = files();
    const { code, output } = await runTollgate('serve', '--port', '0', '--data', old);
    expect([code, output]).toEqual([1, expect.stringContaining(`run "tollgate upgrade ${old}" once`)]);
    expect(files()).toEqual(asItWas);
  });
});

describe('a damaged log', () => {
  it('that is cut short keeps Tollgate from starting; its copy put back, all is as it was', async () => {
    await tollgate.stop();
    const copy = readFileSync(logFile());
    for (const share of [0.9, 0.5, 0.1, 0]) {
      truncateSync(logFile(), Math.floor(copy.length * share));
      expect(await refusedStart()).toMatch(/restore (it|the log|both) from a copy/);
    }
    writeFileSync(logFile(), copy);
    await expectSameAsBefore();
  });

  it('with flipped bits is never served, nor opened again, and `tollgate verify` names the first of them: it used to say position 0', async () => {
    const whole = readFileSync(logFile());
    flipBits();
    const history = await get(tollgate.url, '/v1/accounts/north/history');
    expect(history.body).toMatchObject({ status: 500, code: 'INTERNAL_ERROR' });
    await until('it says which event', () => /the event at position \d+ is damaged/.test(tollgate.output()));
    // What was derived while the log was whole is true.
    expect((await get(tollgate.url, '/v1/accounts/north')).text).toBe(JSON.stringify(before.accounts[1]));
    await tollgate.stop();
    expect(await refusedStart()).toMatch(/is damaged at byte \d+, from position \d+ on; restore the log from a copy/);
    const verified = await runTollgate('verify', '--data', data);
    expect(verified).toMatchObject({ code: 1, output: expect.stringMatching(/ {2}position [1-9]\d*: /) as string });
    writeFileSync(logFile(), whole);
    await expectSameAsBefore();
    expect(await runTollgate('verify', '--data', data)).toMatchObject({ code: 0 });
  });

  it('with bits flipped in what is folded is not derived from: without the account table Tollgate ends with 1', async () => {
    await tollgate.stop();
    const bytes = readFileSync(logFile());
    // In the header of the first event, behind those of the segment and of the first group.
    const at = 512 + 40 + 24 + 10;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(logFile(), bytes);
    rmSync(join(data, 'account-table'), { recursive: true });
    expect(await refusedStart()).toMatch(/is damaged at byte \d+, from position 1 on; restore the log from a copy/);
    expect(await runTollgate('verify', '--data', data)).toMatchObject({ code: 1 });
  });
});
