import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AnswerError, ConnectionError, createClient, followCommands } from './index';

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that answers each request in its turn, the last one for ever, and what it was asked. */
const serve = async (...answers: Answering[]) => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(
      `${String(request.method)} ${String(request.url)} ${String(request.headers['last-event-id'] ?? '')}`.trim(),
    );
    (answers[asked.length - 1] ?? answers.at(-1))?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, asked, close };
};

const answer =
  (status: number, body: object): Answering =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
const hangUp: Answering = (request) => {
  request.socket.destroy();
};
const problem = (status: number, code: string): Answering => answer(status, { code, detail: 'as said' });

const usage = { usageId: 'u', accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' } as const;

test('a call whose answer was lost, or that cannot be answered now, is made again', async () => {
  const { url, asked, close } = await serve(hangUp, problem(503, 'OVERLOADED'), answer(201, { duplicate: false }));
  expect(await createClient(url).chargeUsage(usage)).toEqual({ duplicate: false });
  expect(asked).toEqual(Array<string>(3).fill('POST /v1/usage'));
  close();
});

test('what is wrong is not tried again, and nothing longer than is said', async () => {
  const { url, asked, close } = await serve(problem(404, 'ACCOUNT_NOT_FOUND'), problem(503, 'OVERLOADED'));
  const client = createClient(url, { patienceMs: 0 });
  const refused = await client.account('a/b').catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(AnswerError);
  expect(refused).toMatchObject({ status: 404, code: 'ACCOUNT_NOT_FOUND', message: 'ACCOUNT_NOT_FOUND: as said' });
  await expect(client.account('acme')).rejects.toMatchObject({ status: 503, code: 'OVERLOADED' });
  expect(asked).toEqual(['GET /v1/accounts/a%2Fb', 'GET /v1/accounts/acme']);
  close();
  await expect(client.account('acme')).rejects.toBeInstanceOf(ConnectionError);
});

test('an answer that does not come in time is a lost connection, and who gives up waits no longer', async () => {
  const { url, close } = await serve(() => undefined);
  await expect(createClient(url, { timeoutMs: 20, patienceMs: 0 }).check()).rejects.toBeInstanceOf(ConnectionError);
  const giving = new AbortController();
  const asking = createClient(url).check({ signal: giving.signal });
  giving.abort(new Error('gave up'));
  await expect(asking).rejects.toThrow('gave up');
  close();
});

test('a list is read page by page', async () => {
  const { url, asked, close } = await serve(
    answer(200, { items: [{ accountId: 'a' }], next: 'a/inbound' }),
    answer(200, { items: [{ accountId: 'b' }], next: null }),
  );
  const items: string[] = [];
  for await (const { accountId } of createClient(url).blocked()) items.push(accountId);
  expect(items).toEqual(['a', 'b']);
  expect(asked).toEqual(['GET /v1/traffic-control?limit=1000', 'GET /v1/traffic-control?limit=1000&after=a%2Finbound']);
  close();
});

test('a stream that breaks off before its first command, or after one, goes on where it was', async () => {
  const events =
    (text: string): Answering =>
    (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(text, () => {
        request.socket.destroySoon();
      });
    };
  const command = (id: number): string => `id: ${String(id)}\ndata: {"sequence":${String(id)}}\n\n`;
  const { url, asked, close } = await serve(
    events('retry: 1000\nid: 7\n\n'),
    events(`id: 7\n\n${command(8)}id: 9\ndata: {"seq`),
    events(`id: 8\n\n${command(9)}`),
  );
  const ending = new AbortController();
  const seen: [string, number][] = [];
  const following = { isFromStart: false, signal: ending.signal, onConnection: () => undefined };
  for await (const { id, command } of followCommands(url, following)) {
    seen.push([id, command.sequence]);
    if (seen.length === 2) ending.abort();
  }
  expect(seen).toEqual([
    ['8', 8],
    ['9', 9],
  ]);
  expect(asked).toEqual(['GET /v1/traffic-control', 'GET /v1/traffic-control 7', 'GET /v1/traffic-control 8']);
  close();
});
