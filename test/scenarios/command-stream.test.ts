import { connect } from 'node:net';
import { get, post, send } from './support/api';
import type { Fields } from './support/api';
import { openCommandStream } from './support/command-stream';
import type { CommandStream } from './support/command-stream';
import { createDataFolder, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';

let data: string;
let tollgate: Tollgate;
let entries = 0;

beforeAll(async () => {
  data = await createDataFolder();
  tollgate = await startTollgate({ data });
});

const openPrepaid = (accountId: string) =>
  post(tollgate.url, '/v1/accounts', { accountId, currency: 'EUR', cutoff: { balances: ['inbound'] } });

/** A payment of 1, or a call of 1: each turns the account's inbound traffic. */
const turn = async (accountId: string, kind: 'payment' | 'usage'): Promise<Fields> => {
  entries += 1;
  const body = { [`${kind}Id`]: `e${String(entries)}`, accountId, direction: 'inbound', amount: '1', currency: 'EUR' };
  const answer = await post(tollgate.url, kind === 'payment' ? '/v1/payments' : '/v1/usage', body);
  expect(answer.status).toBe(201);
  return answer.body;
};

const sequences = (stream: CommandStream, accountId: string): number[] =>
  stream.of(accountId).map(({ sequence }) => sequence);

const countTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** What a client that reads from the start sees by now. */
const readFromStart = async (count: number, accountId: string): Promise<CommandStream> => {
  const stream = await openCommandStream(tollgate.url, { path: '/v1/traffic-control?from=start' });
  await stream.untilOf(accountId, count);
  stream.close();
  return stream;
};

describe('the stream of commands', () => {
  it('begins with the next command, and with ?from=start at the first', async () => {
    const opened = await openPrepaid('next');
    await get(tollgate.url, `/v1/accounts/next?minPosition=${opened.body['position'] as string}`);
    const fromNow = await openCommandStream(tollgate.url);
    await turn('next', 'payment');
    await fromNow.untilOf('next', 1);
    expect(fromNow.of('next')).toMatchObject([{ type: 'UnblockTraffic', sequence: 2, exhausted: [] }]);
    fromNow.close();
    const all = await readFromStart(2, 'next');
    expect(all.of('next')).toMatchObject([
      { type: 'BlockTraffic', sequence: 1, exhausted: ['inbound'] },
      { type: 'UnblockTraffic', sequence: 2, exhausted: [] },
    ]);
  });

  it('gives each event its position as id, rising', async () => {
    const { events } = await readFromStart(2, 'next');
    const ids = events.map(({ id }) => BigInt(id));
    expect(ids).toEqual([...new Set(ids)].sort((one, other) => (one < other ? -1 : 1)));
  });

  it('sends every listener the same', async () => {
    const streams = await Promise.all(countTo(5).map(() => openCommandStream(tollgate.url)));
    await openPrepaid('shared');
    await turn('shared', 'payment');
    const seen = await Promise.all(streams.map((stream) => stream.untilOf('shared', 2)));
    for (const commands of seen) expect(commands).toEqual(seen[0]);
    for (const stream of streams) stream.close();
  });

  it('resumes after Last-Event-ID without loss or repeat, wherever the client left off', async () => {
    await openPrepaid('resumed');
    for (const kind of ['payment', 'usage', 'payment', 'usage'] as const) await turn('resumed', kind);
    const all = (await readFromStart(5, 'resumed')).events;
    for (const [index, { id }] of all.entries()) {
      const rest = all.slice(index + 1);
      const stream = await openCommandStream(tollgate.url, { lastEventId: id });
      await stream.untilOf('resumed', rest.filter(({ command }) => command.accountId === 'resumed').length);
      expect(stream.events).toEqual(rest);
      stream.close();
    }
  });

  it('goes on across restarts and kills while commands are made: none lost, none repeated', async () => {
    await openPrepaid('restless');
    const received: CommandStream['events'] = [];
    let stream = await openCommandStream(tollgate.url, { path: '/v1/traffic-control?from=start' });
    let turns = 0;
    for (const end of ['stop', 'kill', 'stop', 'kill'] as const) {
      for (let count = 0; count < 4; count += 1, turns += 1)
        await turn('restless', turns % 2 === 0 ? 'payment' : 'usage');
      await tollgate[end]();
      await stream.closed;
      received.push(...stream.events);
      tollgate = await startTollgate({ data });
      stream = await openCommandStream(tollgate.url, { lastEventId: received.at(-1)?.id ?? '0' });
    }
    await turn('restless', 'payment');
    const missing = turns + 2 - received.filter(({ command }) => command.accountId === 'restless').length;
    await stream.untilOf('restless', missing);
    received.push(...stream.events);
    stream.close();
    const mine = received.filter(({ command }) => command.accountId === 'restless');
    expect(mine.map(({ command }) => command.sequence)).toEqual(countTo(turns + 2));
    const all = await readFromStart(turns + 2, 'restless');
    expect(received).toEqual(all.events);
  });

  it('refuses an id that is none, and a query it does not know', async () => {
    const headers = { accept: 'text/event-stream' };
    const ask = async (path: string, more: Record<string, string> = {}) => {
      const answer = await send(tollgate.url, { method: 'GET', path, headers: { ...headers, ...more } });
      const body = JSON.parse(answer.text) as Fields;
      return [answer.status, body['code'], body['detail']];
    };
    expect(await ask('/v1/traffic-control', { 'last-event-id': 'abc' })).toEqual([
      400,
      'INVALID_REQUEST',
      expect.stringContaining('Last-Event-ID') as string,
    ]);
    expect(await ask('/v1/traffic-control?from=end')).toEqual([
      400,
      'INVALID_REQUEST',
      expect.stringContaining('from') as string,
    ]);
  });

  it('refuses to go on after what this log does not have, and says why', async () => {
    const headers = { accept: 'text/event-stream', 'last-event-id': '999999' };
    const answer = await send(tollgate.url, { method: 'GET', path: '/v1/traffic-control', headers });
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(/last-event-id: the log has no event at 999999/);
  });

  it('is refused to a request that waits behind another on its connection', async () => {
    const socket = connect(Number(new URL(tollgate.url).port), '127.0.0.1');
    let answers = '';
    socket.on('data', (chunk: Buffer) => (answers += chunk.toString()));
    const headers = 'host: localhost\r\naccept: text/event-stream\r\n\r\n';
    socket.write(
      `GET /v1/accounts?minPosition=999999999 HTTP/1.1\r\n${headers}GET /v1/traffic-control HTTP/1.1\r\n${headers}`,
    );
    await until('both are answered', () => Promise.resolve(answers.includes('event stream must not follow')));
    socket.destroy();
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 503', 'HTTP/1.1 400']);
  });

  it('keeps nothing of listeners that went away', async () => {
    const streams = await Promise.all(countTo(20).map(() => openCommandStream(tollgate.url)));
    for (const stream of streams) stream.close();
    await Promise.all(streams.map(({ closed }) => closed));
    await openPrepaid('after');
    expect(sequences(await readFromStart(1, 'after'), 'after')).toEqual([1]);
    expect((await tollgate.stop()).code).toBe(0);
    tollgate = await startTollgate({ data });
  });
});
