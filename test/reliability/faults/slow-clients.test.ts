import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { get, post, postBatch, send } from '../../scenarios/support/api';
import { createDataFolder, startTollgate } from '../../scenarios/support/tollgate-process';
import { until } from '../../scenarios/support/until';

const stalledBodies = 1_000;
const stalledStreams = 200;
const turns = 4_000;
const bodyBytes = 16 << 20;
const mostResidentBytes = 500e6;

const residentBytes = (pid: number): number => {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
  return Number(kibibytes) * 1_024;
};

const open = (url: string, head: string): Socket => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined).pause();
  socket.write(`${head} HTTP/1.1\r\nhost: localhost\r\n`);
  return socket;
};

const overloaded = async (url: string): Promise<number> => {
  const { text } = await send(url, { method: 'GET', path: '/metrics' });
  return Number(/^tollgate_http_overloaded_total (\d+)$/m.exec(text)?.[1]);
};

test('1,000 bodies of 16 MiB and 200 listeners that stall, which used to keep all others from writing for a minute, take less than 500 MB', async () => {
  const { url, pid } = await startTollgate({ data: await createDataFolder() });
  await post(url, '/v1/accounts', { accountId: 'acme', currency: 'EUR', cutoff: { balances: ['inbound'] } });
  // Each turns the traffic of the account: the listeners have more to be sent than fits their buffers.
  const moved = Array.from({ length: turns }, (_, turn) => {
    const kind = turn % 2 === 0 ? 'payment' : 'usage';
    return { kind, [`${kind}Id`]: String(turn), accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' };
  });
  await postBatch(url, moved);

  const body = moved.map((line) => JSON.stringify(line)).join('\n');

  const begun = Buffer.alloc(200_000, ' ');
  const sockets = Array.from({ length: stalledStreams }, () => {
    const socket = open(url, 'GET /v1/traffic-control?from=start');
    socket.write('accept: text/event-stream\r\n\r\n');
    return socket;
  });
  for (let count = 0; count < stalledBodies; count += 1) {
    const socket = open(url, 'POST /v1/batch');
    socket.write(`content-type: application/x-ndjson\r\ncontent-length: ${String(bodyBytes)}\r\n\r\n`);
    socket.write(begun);
    sockets.push(socket);
    // No more at once than may wait for the process to take them.
    if (count % 100 === 99) await once(socket, 'connect');
  }

  let largest = 0;
  const watching = setInterval(() => (largest = Math.max(largest, residentBytes(pid))), 50);
  await until('there is no room for most of them', async () => (await overloaded(url)) >= stalledBodies * 0.9, 30_000);
  const startedAt = performance.now();
  const sent = { method: 'POST', path: '/v1/batch', headers: { 'content-type': 'application/x-ndjson' }, body };
  // As a client does that is told to come again after a second.
  const untilTaken = () =>
    until('a batch is taken', async () => {
      expect((await get(url, '/v1/accounts/acme')).status).toBe(200);
      return (await send(url, sent)).status === 200;
    });
  await untilTaken();
  const servedAfterMs = performance.now() - startedAt;
  for (let round = 0; round < 10; round += 1) await untilTaken();
  clearInterval(watching);
  process.stdout.write(
    `others were served after ${servedAfterMs.toFixed(0)} ms; at most ${(largest / 1e6).toFixed(0)} MB\n`,
  );
  expect(largest).toBeGreaterThan(0);
  expect(largest).toBeLessThan(mostResidentBytes);
  expect(servedAfterMs).toBeLessThan(15_000);
  for (const socket of sockets) socket.destroy();
}, 120_000);
