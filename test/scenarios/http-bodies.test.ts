import { gzipSync } from 'node:zlib';
import type { LogEvent } from '@tollgate/contracts';
import { openDataFolder } from 'tollgate/node';
import { get, linesOf, post, readAll, send } from './support/api';
import type { Answer, Fields } from './support/api';
import { describedApi } from './support/described';
import type { DescribedApi } from './support/described';
import { createDataFolder, startTollgate } from './support/tollgate-process';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const metadata = { source: { receivedAt: '2026-01-31T12:00:00.000Z' } };
const json = { 'content-type': 'application/json' };
const ndjson = { 'content-type': 'application/x-ndjson' };

let url: string;
let api: DescribedApi;

/** A log of a Tollgate that took the last value of a name said twice. */
beforeAll(async () => {
  const data = await createDataFolder();
  const { log, close } = await openDataFolder(data, { clock: () => new Date(), logger: silent });
  const events: LogEvent[] = [
    { type: 'AccountOpened', data: { accountId: 'acme', currency: 'EUR' }, metadata },
    {
      type: 'PaymentRecorded',
      data: { paymentId: 'old', accountId: 'acme', direction: 'inbound', amount: '2', currency: 'EUR' },
      metadata,
    },
  ];
  await log.append([
    {
      stream: 'account-acme',
      expectedRevision: -1,
      events: events.map((event, index) => ({ ...event, eventId: `e${String(index)}` })),
    },
  ]);
  await close();
  ({ url } = await startTollgate({ data, environment: { TOLLGATE_ALLOWED_HOSTS: 'tollgate.example' } }));
  api = await describedApi(url);
});

const rest = '"accountId":"acme","direction":"inbound","currency":"EUR"';
const payment = (id: string, amount = '"1"'): string => `{"paymentId":"${id}","amount":${amount},${rest}}`;
const line = (id: string, amount?: string): string => payment(id, amount).replace('{', '{"kind":"payment",');
const sendBody = async (path: string, headers: Record<string, string>, body: string | Buffer): Promise<Answer> => {
  const sent = { method: 'POST', path, headers, body };
  return api.check(sent, await send(url, sent));
};
const historyIds = async (): Promise<unknown[]> =>
  (await readAll(url, '/v1/accounts/acme/history')).map((event) => (event['data'] as Fields)['paymentId']);

test('a packed batch, which used to be answered 200 with one nonsense line, is unpacked and recorded', async () => {
  const body = gzipSync([line('packed-1'), line('packed-2')].join('\n'));
  const answer = await sendBody('/v1/batch', { ...ndjson, 'content-encoding': 'gzip' }, body);
  expect(linesOf(answer.text).map(({ status, id }) => [status, id])).toEqual([
    [201, 'packed-1'],
    [201, 'packed-2'],
  ]);
});

test('a packed body in an encoding that is not read is 415 with those that are', async () => {
  const answer = await sendBody('/v1/batch', { ...ndjson, 'content-encoding': 'br' }, 'x');
  expect([answer.status, answer.headers['accept-encoding']]).toEqual([415, 'gzip, zstd']);
});

test.each([
  ['packed and not said to be', gzipSync(line('nonsense'))],
  ['an array of records', `[${line('nonsense')}]`],
  ['a record over several lines', JSON.stringify(JSON.parse(line('nonsense')), null, 2)],
  ['text', 'hello\n\nworld'],
])('a batch that is %s, which used to be 200 with a fault a line, is 400', async (_what, body) => {
  const answer = await sendBody('/v1/batch', ndjson, body);
  expect(JSON.parse(answer.text)).toMatchObject({
    ...{ status: 400, code: 'INVALID_REQUEST' },
    detail: expect.stringMatching(/^no line of the batch is a JSON object; /) as string,
  });
});

test('a batch of which one line is an object is answered by lines, whatever is wrong with it', async () => {
  const answer = await sendBody('/v1/batch', ndjson, '7\n{}\nhello');
  expect(answer.status).toBe(200);
  expect(linesOf(answer.text).map(({ status }) => status)).toEqual([400, 400, 400]);
});

test('a name said twice, of which the last value used to count, is refused by its name', async () => {
  const doubled = payment('twice', '"1","amount":"999"');
  const single = await sendBody('/v1/payments', json, doubled);
  const detail = 'amount: said more than once in one object; say it once';
  expect(JSON.parse(single.text)).toMatchObject({ status: 400, code: 'INVALID_REQUEST', detail });
  const batch = await sendBody('/v1/batch', ndjson, `${line('once')}\n${line('twice', '"1","amo\\u0075nt":"999"')}`);
  expect(linesOf(batch.text)).toMatchObject([{ status: 201 }, { status: 400, detail }]);
  const opening = await sendBody('/v1/accounts', json, '{"accountId":"new","currency":"EUR","accountId":"newer"}');
  expect(JSON.parse(opening.text)).toMatchObject({
    status: 400,
    detail: expect.stringMatching(/^accountId: said/) as string,
  });
  const history = await historyIds();
  expect([history.includes('once'), history.includes('twice')]).toEqual([true, false]);
});

test('what was recorded with a name said twice keeps its meaning, the last value, when it is sent again', async () => {
  const [asLast, asFirst] = ['"1","amount":"2.0"', '"2","amount":"1"'];
  const single = await sendBody('/v1/payments', json, payment('old', asLast));
  expect(JSON.parse(single.text)).toMatchObject({ duplicate: true, revision: 1 });
  expect((await sendBody('/v1/payments', json, payment('old', asFirst))).status).toBe(400);
  const batch = await sendBody('/v1/batch', ndjson, `${line('old', asLast)}\n${line('old', asFirst)}`);
  expect(linesOf(batch.text)).toMatchObject([{ status: 200, duplicate: true, revision: 1 }, { status: 400 }]);
  const opening = await sendBody('/v1/accounts', json, '{"accountId":"x","accountId":"acme","currency":"EUR"}');
  expect(JSON.parse(opening.text)).toMatchObject({ duplicate: true, revision: 0 });
});

test('an offset of zero is UTC, the same instant as Z; it used to be refused, as other offsets are', async () => {
  const at = (time: string) => sendBody('/v1/payments', json, payment('timed', `"1","paidAt":"${time}"`));
  expect((await at('2026-01-31T12:00:00+00:00')).status).toBe(201);
  for (const same of ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.0-00:00']) expect((await at(same)).status).toBe(200);
  expect((await at('2026-01-31T12:00:01Z')).status).toBe(409);
  const other = await at('2026-01-31T13:00:00+01:00');
  expect([other.status, other.text]).toEqual([400, expect.stringContaining('no other offset')]);
});

test('media types are compared without case: an event stream that was asked for in capitals used to be a page', async () => {
  const answer = await fetch(`${url}/v1/traffic-control`, { headers: { accept: 'TEXT/EVENT-STREAM' } });
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  await answer.body?.cancel();
  const batch = await sendBody('/v1/batch', { 'content-type': 'Application/X-NDJSON' }, line('capitals'));
  expect(linesOf(batch.text)).toMatchObject([{ status: 201 }]);
  const single = await sendBody(
    '/v1/payments',
    { 'content-type': 'APPLICATION/JSON; Charset="UTF-8"' },
    payment('large'),
  );
  expect(single.status).toBe(201);
});

describe('a web page in a browser beside Tollgate', () => {
  const problemOf = ({ text }: Answer): unknown => (JSON.parse(text) as Fields)['code'];

  it('cannot write by a name that was made to point here, which used to be answered', async () => {
    const answer = await sendBody('/v1/payments', { ...json, host: 'evil.example:8400' }, payment('rebound'));
    expect([answer.status, problemOf(answer)]).toEqual([421, 'HOST_NOT_ALLOWED']);
    expect(answer.text).toContain('evil.example:8400');
  });

  it('cannot write from elsewhere, and is answered under a name that is allowed', async () => {
    const foreign = await sendBody('/v1/payments', { ...json, origin: 'https://evil.example' }, payment('foreign'));
    expect([foreign.status, problemOf(foreign)]).toEqual([403, 'ORIGIN_NOT_ALLOWED']);
    const headers = { ...json, host: 'tollgate.example', origin: 'https://tollgate.example' };
    expect((await sendBody('/v1/payments', headers, payment('own'))).status).toBe(201);
    const ids = await historyIds();
    expect(ids.filter((id) => ['rebound', 'foreign', 'own'].includes(String(id)))).toEqual(['own']);
  });
});

test('nothing that was refused here is in the log', async () => {
  expect((await get(url, '/v1/accounts/acme')).body).toMatchObject({ balances: { inbound: '9' } });
  expect((await post(url, '/v1/payments', JSON.parse(payment('last')))).status).toBe(201);
});
