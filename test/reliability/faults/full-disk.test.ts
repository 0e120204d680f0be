import { get, linesOf, post, readAll, send } from '../../scenarios/support/api';
import type { Fields, JsonAnswer } from '../../scenarios/support/api';
import { startTollgate } from '../../scenarios/support/tollgate-process';
import type { Tollgate } from '../../scenarios/support/tollgate-process';
import { entriesOf } from '../../scenarios/support/traffic-load';
import { until } from '../../scenarios/support/until';
import { inconsistenciesOf, readWholeState, recordedIds } from '../../scenarios/support/whole-state';
import { everyWrite, prepareEveryWrite } from './every-write.fixture';
import { describeOnSmallDisk, smallDisk } from './small-disk.fixture';
import type { SmallDisk } from './small-disk.fixture';

const accounts = ['north', 'south', 'east', 'west'];
const batchLines = 200;

let disk: SmallDisk;
let tollgate: Tollgate;
let next = 0;
const acknowledged: string[] = [];

const idOf = (entry: Fields): string => (entry['paymentId'] ?? entry['usageId']) as string;

/** The answers to these lines, what they acknowledge kept in mind; one answer for all of them where the batch is refused whole. */
const recordLines = async (lines: readonly Fields[]): Promise<Fields[]> => {
  const body = lines.map((line) => JSON.stringify(line)).join('\n');
  const headers = { 'content-type': 'application/x-ndjson' };
  const answer = await send(tollgate.url, { method: 'POST', path: '/v1/batch', headers, body });
  expect([200, 503]).toContain(answer.status);
  const answers = linesOf(answer.text);
  acknowledged.push(...lines.filter((_, index) => answers[index]?.['status'] === 201).map(idOf));
  return answers;
};

const record = (): Promise<Fields[]> => {
  next += batchLines;
  return recordLines(entriesOf(accounts, next - batchLines, batchLines));
};

const pay = (paymentId: string): Promise<JsonAnswer> =>
  post(tollgate.url, '/v1/payments', {
    ...{ paymentId, accountId: 'north', direction: 'inbound', amount: '1', currency: 'EUR' },
    reference: 'x'.repeat(500),
  });

/** A limit on the size of files, where nothing may be mounted, leaves the disk itself its room. */
const cannotBeWritten = /cannot be written: (the disk of \S+ is full \(\d+ bytes left\)|File too large)/;

const linesWith = (words: string): string[] =>
  tollgate
    .output()
    .split('\n')
    .filter((line) => line.includes(words));

const fillUp = async (): Promise<void> => {
  disk.fill(tollgate.pid);
  await until('a write is refused', async () => (await record()).some(({ status }) => status === 503), 60_000);
};

const untilWritable = (paymentId: string): Promise<JsonAnswer> =>
  until('a write is taken', async () => {
    const answer = await pay(paymentId);
    if (answer.status === 503) return false;
    expect(answer.status).toBe(201);
    return answer;
  });

const expectNothingLost = async (): Promise<void> => {
  const state = await readWholeState(tollgate.url);
  expect(inconsistenciesOf(state)).toEqual([]);
  const recorded = new Set(state.histories.flatMap(recordedIds));
  expect(acknowledged.filter((id) => !recorded.has(id))).toEqual([]);
};

const problemType = 'application/problem+json; charset=utf-8';

describeOnSmallDisk('a disk that is full', () => {
  beforeAll(async () => {
    disk = smallDisk();
    tollgate = await startTollgate({ data: disk.folder });
    for (const accountId of accounts)
      await post(tollgate.url, '/v1/accounts', { accountId, currency: 'EUR', cutoff: { balances: ['inbound'] } });
    await prepareEveryWrite(tollgate.url);
    for (let batch = 0; batch < 10; batch += 1) await record();
    await fillUp();
  });

  afterAll(async () => {
    await tollgate.kill();
    disk.release();
  });

  /** Which of each kind was refused. */
  const refused = new Map<string, number>();

  it.each(Object.entries(everyWrite))(
    'lets %s be refused with 503 STORE_UNAVAILABLE and the reason, in the process that goes on',
    async (kind, write) => {
      // What still fits into the last pages is recorded; the disk is full for this kind once one does not.
      let nth = 0;
      const answers = await until('one does not fit', async () => {
        const found = await write(tollgate.url, (nth += 1));
        expect(found.filter(({ status }) => ![200, 201, 503].includes(Number(status)))).toEqual([]);
        return found.every(({ status }) => status === 503) && found;
      });
      refused.set(kind, nth);
      for (const answer of answers) {
        expect(answer).toMatchObject({ code: 'STORE_UNAVAILABLE', status: 503 });
        expect(answer['contentType'] ?? problemType).toBe(problemType);
        expect(answer['detail']).toMatch(cannotBeWritten);
      }
    },
  );

  it('is told by /readyz and in one line of the log, and so is that it has room again', async () => {
    const refusals = [];
    for (let attempt = 0; attempt < 20; attempt += 1) refusals.push(...(await record()));
    expect(refusals).toContainEqual(expect.objectContaining({ status: 503 }));
    const { status, body } = await get(tollgate.url, '/readyz');
    expect(status).toBe(503);
    const part = (body['parts'] as Fields[]).find(({ name }) => name === 'event log');
    expect(part).toMatchObject({ isReady: false, detail: expect.stringMatching(cannotBeWritten) as string });
    expect(linesWith('the event log cannot be written')).toEqual([expect.stringMatching(cannotBeWritten)]);
  });

  it('does not keep reads from being answered, lists among them', async () => {
    const paths = [
      '/healthz',
      '/v1/accounts/north',
      '/v1/accounts/north/history',
      '/v1/accounts',
      '/v1/traffic-control',
    ];
    for (const path of paths) expect([path, (await get(tollgate.url, path)).status]).toEqual([path, 200]);
    const histories = await Promise.all(accounts.map((id) => readAll(tollgate.url, `/v1/accounts/${id}/history`)));
    const recorded = new Set(histories.flatMap(recordedIds));
    expect(acknowledged.filter((id) => !recorded.has(id))).toEqual([]);
  });

  it('that gets room again is written again without a restart, and projections catch up', async () => {
    disk.grow(tollgate.pid);
    const { body } = await untilWritable('room');
    acknowledged.push('room');
    const read = await until('the projections catch up', async () => {
      const answer = await get(tollgate.url, `/v1/accounts/north?minPosition=${body['position'] as string}`);
      return answer.status === 200 && answer;
    });
    expect(Number(read.body['revision'])).toBeGreaterThanOrEqual(Number(body['revision']));
    // For a moment after the log is written again the index is opened anew.
    for (let batch = 0; batch < 20; batch += 1)
      await until('a batch is taken', async () => (await record()).every(({ status }) => status === 201));
    // Whoever was refused sends again: all of it counts once, whatever had been recorded before.
    for (let from = 0; from < next; from += 1_000) {
      const answers = await recordLines(entriesOf(accounts, from, Math.min(1_000, next - from)));
      expect(answers.filter(({ status }) => status !== 200 && status !== 201)).toEqual([]);
    }
    await until('it is ready', async () => (await get(tollgate.url, '/readyz')).status === 200);
    expect(linesWith('the event log is written again').length).toBeGreaterThan(0);
    await expectNothingLost();
  });

  it.each(Object.entries(everyWrite))('with room again takes %s that it refused', async (kind, write) => {
    const answers = await write(tollgate.url, refused.get(kind) ?? 0);
    expect(answers.filter(({ status }) => status !== 200 && status !== 201)).toEqual([]);
    await expectNothingLost();
  });

  it('took nothing with it: SIGTERM stops cleanly and the next start shows the same', async () => {
    const before = await readWholeState(tollgate.url);
    expect(await tollgate.stop()).toEqual({ code: 0, signal: null });
    tollgate = await startTollgate({ data: disk.folder });
    expect(await readWholeState(tollgate.url)).toEqual(before);
  });
});

describeOnSmallDisk('a disk that is full before projections are written', () => {
  let mine: SmallDisk;

  afterAll(async () => {
    await tollgate.kill();
    mine.release();
  });

  it('lets them be read and listed all the same, and be written once there is room', async () => {
    mine = smallDisk();
    tollgate = await startTollgate({ data: mine.folder });
    const names = Array.from({ length: 300 }, (_, index) => `partner-${String(index)}`);
    const open = (accountId: string) =>
      post(tollgate.url, '/v1/accounts', { accountId, currency: 'EUR', cutoff: { balances: ['inbound'] } });
    const opened = await Promise.all(names.map(open));
    expect(opened.filter(({ status }) => status !== 201)).toEqual([]);
    const position = Math.max(...opened.map(({ body }) => Number(body['position'])));
    await until('all is judged', async () => {
      const answer = await get(tollgate.url, `/v1/accounts/partner-0?minPosition=${String(position)}`);
      return answer.status === 200;
    });
    mine.fill(tollgate.pid, 0);
    const listed = async (): Promise<unknown[]> => {
      const accountIds = await readAll(tollgate.url, '/v1/accounts');
      const blocked = await readAll(tollgate.url, '/v1/traffic-control');
      return [accountIds.map((item) => item['accountId']), blocked.map((item) => item['accountId'])];
    };
    const expected = [[...names].sort(), [...names].sort()];
    expect(await listed()).toEqual(expected);
    expect(await listed()).toEqual(expected);
    mine.grow(tollgate.pid);
    expect(await listed()).toEqual(expected);
    expect(await tollgate.stop()).toEqual({ code: 0, signal: null });
    tollgate = await startTollgate({ data: mine.folder });
    expect(await listed()).toEqual(expected);
  });
});

describeOnSmallDisk('SIGTERM while the disk is full', () => {
  let mine: SmallDisk;

  afterAll(() => {
    mine.release();
  });

  it('ends the process within seconds, and with room the next start shows all that was acknowledged', async () => {
    mine = smallDisk();
    disk = mine;
    acknowledged.length = 0;
    tollgate = await startTollgate({ data: mine.folder });
    for (const accountId of accounts)
      await post(tollgate.url, '/v1/accounts', { accountId, currency: 'EUR', cutoff: { balances: ['inbound'] } });
    await fillUp();
    const startedAt = Date.now();
    await tollgate.stop();
    expect(Date.now() - startedAt).toBeLessThan(15_000);
    mine.grow(process.pid);
    tollgate = await startTollgate({ data: mine.folder });
    await expectNothingLost();
    expect(await tollgate.stop()).toEqual({ code: 0, signal: null });
  });
});
