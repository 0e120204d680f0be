import { connect } from 'node:net';
import { get, postBatch, send } from './support/api';
import type { Answer } from './support/api';
import { describedApi } from './support/described';
import { createDataFolder, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { entriesOf } from './support/traffic-load';
import { until } from './support/until';
import { inconsistenciesOf, readWholeState, recordedIds } from './support/whole-state';

const accounts = ['north', 'south', 'east', 'west'];
const mebibyte = 1 << 20;

let tollgate: Tollgate;

/** A batch of `count` lines whose ids begin after those of others; as text it has about 130 bytes a line. */
const sendBatch = (from: number, count: number): Promise<Answer> => {
  const body = entriesOf(accounts, from, count)
    .map((line) => JSON.stringify(line))
    .join('\n');
  const headers = { 'content-type': 'application/x-ndjson' };
  return send(tollgate.url, { method: 'POST', path: '/v1/batch', headers, body });
};

const start = async (flags: readonly string[]): Promise<void> => {
  tollgate = await startTollgate({ data: await createDataFolder(), flags });
  const api = await describedApi(tollgate.url);
  for (const accountId of accounts)
    await api.post('/v1/accounts', { accountId, currency: 'EUR', cutoff: { balances: ['inbound'] } });
};

const expectOverloaded = async (answer: Answer, path = '/v1/batch'): Promise<void> => {
  const api = await describedApi(tollgate.url);
  api.check({ method: 'POST', path }, answer);
  expect(JSON.parse(answer.text)).toMatchObject({ status: 503, code: 'OVERLOADED' });
  expect(answer.headers['retry-after']).toBe('1');
};

/** Sends so many batches at once, each again until it is taken; what was refused on the way. */
const sendUntilTaken = async (batches: number, lines: number): Promise<Answer[]> => {
  const refused: Answer[] = [];
  const insist = (batch: number): Promise<unknown> =>
    until('the batch is taken', async () => {
      const answer = await sendBatch(batch * lines, lines);
      if (answer.status === 200) return answer;
      refused.push(answer);
      return undefined;
    });
  await Promise.all(Array.from({ length: batches }, (_, batch) => insist(batch)));
  return refused;
};

const expectAllOnce = async (count: number): Promise<void> => {
  const state = await readWholeState(tollgate.url);
  const ids = state.histories.flatMap(recordedIds).sort();
  const all = Array.from({ length: count }, (_, index) => `e${String(index)}`).sort();
  expect(ids).toEqual(all);
  expect(inconsistenciesOf(state)).toEqual([]);
};

const metric = async (name: string): Promise<number> => {
  const { text } = await send(tollgate.url, { method: 'GET', path: '/metrics' });
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? NaN);
};

afterEach(() => tollgate.kill());

describe('more bytes at once than are taken', () => {
  it('are refused, the whole request, with OVERLOADED and when to come again; sent again, all of it counts once', async () => {
    await start(['--max-inflight-bytes', String(mebibyte)]);
    const refused = await sendUntilTaken(12, 4_000);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused.slice(0, 20)) await expectOverloaded(answer);
    expect(await metric('tollgate_http_overloaded_total')).toBe(refused.length);
    await expectAllOnce(12 * 4_000);
    expect(await metric('tollgate_http_inflight_bytes')).toBe(0);
  });

  it('that a client began to send and did not finish are room for others again once it is gone', async () => {
    await start(['--max-inflight-bytes', String(mebibyte)]);
    const socket = connect(Number(new URL(tollgate.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    const length = mebibyte - 1_000;
    socket.write(
      `POST /v1/batch HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\ncontent-length: ${String(length)}\r\n\r\n{`,
    );
    await until('the room is taken', async () => (await metric('tollgate_http_inflight_bytes')) === length);
    await expectOverloaded(await sendBatch(0, 100));
    // Who only reads does not wait for who writes.
    expect((await get(tollgate.url, '/v1/accounts/north')).status).toBe(200);
    socket.destroy();
    await until('there is room', async () => (await sendBatch(0, 100)).status === 200);
    await expectAllOnce(100);
  });

  it('in one request are taken where nothing else is under way', async () => {
    await start(['--max-inflight-bytes', String(mebibyte)]);
    const answers = await postBatch(tollgate.url, entriesOf(accounts, 0, 9_900));
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
  });
});

describe('more records at once than are taken', () => {
  it('are refused, the whole request, and nothing of it is recorded; sent again, all of it counts once', async () => {
    await start(['--max-inflight-records', '1000']);
    const refused = await sendUntilTaken(12, 4_000);
    expect(refused.length).toBeGreaterThan(0);
    for (const answer of refused.slice(0, 20)) await expectOverloaded(answer);
    await expectAllOnce(12 * 4_000);
  });
});
