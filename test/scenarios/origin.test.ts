import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { post, readAll, send } from './support/api';
import type { Fields } from './support/api';
import { untilReady } from './support/kafka-observer';
import { outsideOf, startOnKafka, untilConsumed } from './support/kafka-scenario';
import { createDataFolder, runTollgate, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';

const prefix = 'origin.';
const payment = (paymentId: string): Fields => ({
  ...{ paymentId, accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
});

let broker: Broker;
let parts: ReturnType<typeof outsideOf>;
let data: string;
let tollgate: Tollgate;

beforeAll(async () => {
  broker = await startBroker();
  parts = outsideOf(broker, prefix);
  data = await createDataFolder();
  tollgate = await startOnKafka(broker.brokers, { data, prefix });
  await untilReady(tollgate.url);
  await post(tollgate.url, '/v1/accounts', { accountId: 'acme', currency: 'EUR' });
});

afterAll(async () => {
  await tollgate.kill();
  await parts.outside.close();
  await broker.stop();
});

/** Where the payment with this id came from, as history tells it. */
const byOf = async (paymentId: string): Promise<unknown> => {
  const history = await readAll(tollgate.url, '/v1/accounts/acme/history');
  return history.find(({ data: body }) => (body as Fields)['paymentId'] === paymentId)?.['by'];
};

const send1 = (path: string, body: string, headers: Record<string, string> = {}) =>
  send(tollgate.url, {
    method: 'POST',
    path,
    headers: { 'content-type': path === '/v1/batch' ? 'application/x-ndjson' : 'application/json', ...headers },
    body,
  });

describe('history tells where a record came from', () => {
  it('over HTTP: the request-id of the answer, which a client cannot choose', async () => {
    const { headers } = await send1('/v1/payments', JSON.stringify(payment('http')), { 'request-id': 'mine' });
    expect(headers['request-id']).not.toBe('mine');
    expect(await byOf('http')).toEqual({ channel: { http: headers['request-id'] } });
  });

  it('over HTTP, with what the client says of itself apart from it; a batch counts the lines on, blank ones too', async () => {
    const body = [payment('l1'), payment('l3')].map((one) => JSON.stringify({ kind: 'payment', ...one })).join('\n\n');
    const { headers } = await send1('/v1/batch', body, {
      ...{ 'tollgate-file': 'm%C3%A4rz.ndjson', 'tollgate-line': '7', 'tollgate-actor': 'ann' },
    });
    const channel = { http: headers['request-id'] };
    const claimed = { file: 'märz.ndjson', actor: 'ann' };
    expect(await byOf('l1')).toEqual({ channel, claimed: { ...claimed, line: 7 } });
    expect(await byOf('l3')).toEqual({ channel, claimed: { ...claimed, line: 9 } });
  });

  it('is no part of the content: the same again, from elsewhere, is a duplicate and keeps the first', async () => {
    const { headers } = await send1('/v1/payments', JSON.stringify(payment('twice')));
    const again = await send1('/v1/payments', JSON.stringify(payment('twice')), { 'tollgate-file': 'other.csv' });
    expect([again.status, JSON.parse(again.text)]).toEqual([200, expect.objectContaining({ duplicate: true })]);
    await parts.outside.send(parts.topics.payments, [{ key: 'acme', value: JSON.stringify(payment('twice')) }]);
    await untilConsumed(parts, `${prefix}group`);
    expect(await byOf('twice')).toEqual({ channel: { http: headers['request-id'] } });
  });

  it('a body cannot tell it: a field of that name is refused', async () => {
    const body = JSON.stringify({ ...payment('forged'), by: { channel: { http: 'someone' } } });
    expect((await send1('/v1/payments', body)).status).toBe(400);
    expect(await byOf('forged')).toBeUndefined();
  });

  it('a header that claims nothing sensible is refused by its name, and nothing is recorded', async () => {
    const answer = await send1('/v1/payments', JSON.stringify(payment('claims')), { 'tollgate-line': '0' });
    expect(JSON.parse(answer.text)).toMatchObject({
      ...{ status: 400, code: 'INVALID_REQUEST', detail: expect.stringMatching(/^tollgate-line: /) as string },
    });
    expect(await byOf('claims')).toBeUndefined();
  });

  it('over Kafka: topic, partition and offset of each message', async () => {
    const sent = ['k0', 'k1', 'k2'].map((id) => ({ key: 'acme', value: JSON.stringify(payment(id)) }));
    await parts.outside.send(parts.topics.payments, sent);
    await untilConsumed(parts, `${prefix}group`);
    const origins = (await Promise.all(['k0', 'k1', 'k2'].map(byOf))) as {
      channel: { kafka: { topic: string; partition: number; offset: string } };
    }[];
    const places = origins.map(({ channel }) => channel.kafka);
    const first = places[0] ?? { topic: '', partition: -1, offset: '-1' };
    expect(first).toEqual({ topic: parts.topics.payments, partition: first.partition, offset: first.offset });
    expect(places.map(({ partition }) => partition)).toEqual(places.map(() => first.partition));
    expect(places.map(({ offset }) => Number(offset) - Number(first.offset))).toEqual([0, 1, 2]);
  });

  it('from a file: its name and the line, also of CSV with a row over two lines', async () => {
    const folder = await createDataFolder();
    const lines = join(folder, 'march.ndjson');
    await writeFile(lines, ['f1', 'f2', '', 'f4'].map((id) => id && JSON.stringify(payment(id))).join('\n'));
    const rows = join(folder, 'april.csv');
    const row = (id: string, reference: string) => `${id},acme,inbound,1,EUR,${reference}`;
    await writeFile(
      rows,
      ['paymentId,accountId,direction,amount,currency,reference', row('c2', '"a\nb"'), row('c4', 'c'), ''].join('\n'),
    );
    for (const file of [lines, rows])
      expect(await runTollgate('import', file, '--url', tollgate.url)).toMatchObject({ code: 0 });
    const claims = await Promise.all(['f1', 'f2', 'f4', 'c2', 'c4'].map(byOf));
    expect(claims.map((by) => (by as Fields)['claimed'])).toEqual([
      ...[1, 2, 4].map((line) => ({ file: 'march.ndjson', line })),
      ...[2, 4].map((line) => ({ file: 'april.csv', line })),
    ]);
  });

  it('after kill -9 and a start as before', async () => {
    const before = await readAll(tollgate.url, '/v1/accounts/acme/history');
    await tollgate.kill();
    tollgate = await startTollgate({ data });
    expect(await readAll(tollgate.url, '/v1/accounts/acme/history')).toEqual(before);
    expect(before.filter(({ by }) => by === undefined)).toEqual([]);
  });
});
