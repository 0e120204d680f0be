import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { post, postBatch } from './support/api';
import { openCommandStream } from './support/command-stream';
import { createDataFolder, runTollgate, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { entriesOf, startLoad } from './support/traffic-load';
import { until } from './support/until';
import { inconsistenciesOf, readWholeState, recordedIds } from './support/whole-state';
import type { WholeState } from './support/whole-state';

const accounts = ['north', 'south', 'east', 'west', 'up', 'down', 'left', 'right'];

let data: string;
let tollgate: Tollgate;

const openAll = async (): Promise<void> => {
  for (const accountId of accounts)
    await post(tollgate.url, '/v1/accounts', { accountId, currency: 'EUR', cutoff: { balances: ['inbound'] } });
};

const missingFrom = ({ histories }: WholeState, acknowledged: readonly object[]): unknown[] => {
  const recorded = new Set(histories.flatMap(recordedIds));
  return acknowledged
    .map((entry) => ('paymentId' in entry ? entry.paymentId : 'usageId' in entry ? entry.usageId : undefined))
    .filter((id) => !recorded.has(id as string));
};

/** A history whose last event turns nothing: what is folded twice or not at all shows in a balance. */
const record = async (count: number): Promise<void> => {
  await postBatch(tollgate.url, entriesOf(accounts, 0, count));
  const payment = { accountId: 'north', direction: 'inbound', amount: '5', currency: 'EUR' };
  for (const paymentId of ['quiet-1', 'quiet-2', 'quiet-3'])
    await post(tollgate.url, '/v1/payments', { paymentId, ...payment });
};

beforeEach(async () => {
  data = await createDataFolder();
  tollgate = await startTollgate({ data });
  await openAll();
});

afterEach(() => tollgate.kill());

describe('SIGTERM', () => {
  it('answers what it took, stops within seconds with exit code 0, and loses nothing', async () => {
    const listener = await openCommandStream(tollgate.url);
    const load = startLoad(tollgate.url, accounts);
    await until('some are acknowledged', () => load.acknowledged.length > 500);
    const startedAt = Date.now();
    expect(await tollgate.stop()).toEqual({ code: 0, signal: null });
    expect(Date.now() - startedAt).toBeLessThan(8_000);
    expect(tollgate.output()).toContain('Tollgate has stopped');
    await Promise.all([load.ended(), listener.closed]);
    tollgate = await startTollgate({ data });
    const state = await readWholeState(tollgate.url);
    expect(missingFrom(state, load.acknowledged)).toEqual([]);
    expect(inconsistenciesOf(state)).toEqual([]);
  });

  it('ends within seconds also while a client has sent half a request', async () => {
    const socket = connect(Number(new URL(tollgate.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      'POST /v1/payments HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
    );
    await once(socket, 'connect');
    await post(tollgate.url, '/v1/accounts', { accountId: 'later', currency: 'EUR' });
    expect(await tollgate.stop()).toEqual({ code: 0, signal: null });
    expect(tollgate.output()).toContain('Tollgate has stopped');
  });

  it('is followed by a start that shows the same', async () => {
    await record(200);
    const before = await readWholeState(tollgate.url);
    await tollgate.stop();
    tollgate = await startTollgate({ data });
    expect(await readWholeState(tollgate.url)).toEqual(before);
  });
});

describe('kill -9', () => {
  it('under load, again and again, loses nothing that was acknowledged and counts nothing twice', async () => {
    const acknowledged: object[] = [];
    let next = 0;
    for (let round = 1; round <= 4; round += 1) {
      const load = startLoad(tollgate.url, accounts, next);
      await until('some are acknowledged', () => load.acknowledged.length > 100 * round);
      await tollgate.kill();
      await load.ended();
      acknowledged.push(...load.acknowledged);
      const unsure = entriesOf(accounts, next, load.next() - next);
      next = load.next();
      tollgate = await startTollgate({ data });
      // Whoever has no answer sends again: each is recorded now, or was.
      const answers = await postBatch(tollgate.url, unsure);
      expect(answers.filter(({ status }) => status !== 200 && status !== 201)).toEqual([]);
      const state = await readWholeState(tollgate.url);
      expect(missingFrom(state, acknowledged)).toEqual([]);
      expect(inconsistenciesOf(state)).toEqual([]);
      expect(state.histories.flatMap(recordedIds)).toHaveLength(next);
    }
  });

  it('is followed by a start that shows the same', async () => {
    await record(200);
    const before = await readWholeState(tollgate.url);
    await tollgate.kill();
    tollgate = await startTollgate({ data });
    expect(await readWholeState(tollgate.url)).toEqual(before);
  });
});

describe('derived folders', () => {
  it('deleted, each and all of them, are derived anew: same balances, same commands, no new one', async () => {
    await record(400);
    const before = await readWholeState(tollgate.url);
    await tollgate.stop();
    const derived = (await readdir(data)).filter((name) => name !== 'log');
    expect(derived.length).toBeGreaterThanOrEqual(3);
    for (const names of [...derived.map((name) => [name]), derived]) {
      for (const name of names) await rm(join(data, name), { recursive: true });
      tollgate = await startTollgate({ data });
      expect(await readWholeState(tollgate.url)).toEqual(before);
      const again = await postBatch(tollgate.url, entriesOf(accounts, 0, 400));
      expect(again.filter(({ status }) => status !== 200)).toEqual([]);
      await tollgate.stop();
    }
  });

  it('are compared with the log by `tollgate verify`, also beside the process that writes them', async () => {
    // So many that a snapshot is worth it.
    await record(6_000);
    const beside = await runTollgate('verify', '--data', data);
    expect([beside.code, beside.output]).toEqual([0, expect.stringMatching(/of 8 accounts .*: all as it should be/)]);
    await tollgate.stop();
    const stopped = await runTollgate('verify', '--data', data);
    expect([stopped.code, stopped.output]).toEqual([
      0,
      expect.stringContaining('the snapshot of the account table agrees'),
    ]);
    const { code, output } = await runTollgate('verify', '--data', data, '--json');
    expect([code, JSON.parse(output)]).toEqual([
      0,
      expect.objectContaining({ accounts: 8, snapshot: 'agrees', differences: [] }),
    ]);
  });

  it('are no different after kill -9, only behind; `tollgate verify` says so', async () => {
    await record(200);
    await tollgate.stop();
    tollgate = await startTollgate({ data });
    await postBatch(tollgate.url, entriesOf(accounts, 200, 200));
    await tollgate.kill();
    expect(await runTollgate('verify', '--data', data)).toMatchObject({
      code: 0,
      output: expect.stringContaining('all as it should be') as string,
    });
  });

  it('are not made where there is no log: `tollgate verify` says so, ends with 2 and creates nothing', async () => {
    const elsewhere = join(data, 'typo');
    const { code, output } = await runTollgate('verify', '--data', elsewhere);
    expect([code, output]).toEqual([2, expect.stringContaining(`there is no log in ${elsewhere}`)]);
    expect(await readdir(data)).not.toContain('typo');
  });

  it('every event is printed by `tollgate export`, with where it came from', async () => {
    await record(100);
    const { code, output } = await runTollgate('export', '--data', data);
    const lines = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(0);
    for (const line of lines) expect(line).not.toHaveProperty('position');
    const { histories } = await readWholeState(tollgate.url);
    const told = (item: Record<string, unknown>) => [
      item['eventId'],
      item['receivedAt'],
      item['recordedAt'],
      item['by'],
      item['data'],
    ];
    const exported = new Map(lines.map((line) => [line['eventId'], told(line)]));
    for (const item of histories.flat()) expect(exported.get(item['eventId'])).toEqual(told(item));
    expect(histories.flat().length).toBeGreaterThan(100);
  });

  it('a second process on the same folder is refused and harms nothing', async () => {
    const second = await runTollgate('serve', '--port', '0', '--data', data);
    expect(second.code).not.toBe(0);
    await postBatch(tollgate.url, entriesOf(accounts, 0, 100));
    expect(inconsistenciesOf(await readWholeState(tollgate.url))).toEqual([]);
  });
});
