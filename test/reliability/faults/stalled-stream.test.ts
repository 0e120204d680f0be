import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { post, postBatch, send } from '../../scenarios/support/api';
import { openCommandStream } from '../../scenarios/support/command-stream';
import { createDataFolder, startTollgate } from '../../scenarios/support/tollgate-process';
import { until } from '../../scenarios/support/until';

const batchLines = 8_000;
const batches = 4;
const path = '/v1/traffic-control?from=start';

/** A listener that reads nothing of what it is sent: what it is owed fills the buffers, and then waits. */
const openStalled = async (url: string): Promise<void> => {
  const outgoing = request(url + path, { headers: { accept: 'text/event-stream' } }).end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  outgoing.on('error', () => undefined);
  response.on('error', () => undefined).pause();
};

const connectionsOf = async (url: string): Promise<number> => {
  const { text } = await send(url, { method: 'GET', path: '/metrics' });
  return Number(/^tollgate_http_connections (\d+)$/m.exec(text)?.[1]);
};

test('a listener that takes nothing is dropped, and one that reads misses no command meanwhile', async () => {
  const { url } = await startTollgate({ data: await createDataFolder() });
  await post(url, '/v1/accounts', { accountId: 'acme', currency: 'EUR', cutoff: { balances: ['inbound'] } });
  // Each line turns the traffic of the account: the first command is that of its opening.
  for (let batch = 0; batch < batches; batch += 1)
    await postBatch(
      url,
      Array.from({ length: batchLines }, (_, line) => {
        const kind = line % 2 === 0 ? 'payment' : 'usage';
        const id = `e-${String(batch)}-${String(line)}`;
        return { kind, [`${kind}Id`]: id, accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' };
      }),
    );

  await openStalled(url);
  const reading = await openCommandStream(url, { path });
  const sequences = (await reading.untilOf('acme', batches * batchLines + 1)).map(({ sequence }) => sequence);
  expect(sequences).toEqual(Array.from({ length: batches * batchLines + 1 }, (_, index) => index + 1));
  const connections = await connectionsOf(url);
  await until('the stalled listener is dropped', async () => (await connectionsOf(url)) < connections, 45_000);

  await post(url, '/v1/payments', {
    paymentId: 'last',
    accountId: 'acme',
    direction: 'inbound',
    amount: '1',
    currency: 'EUR',
  });
  await reading.untilOf('acme', batches * batchLines + 2);
  reading.close();
}, 120_000);
