import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { get, post } from './support/api';
import type { Fields, JsonAnswer } from './support/api';
import { newStoreLedger } from './support/set-ups';
import { createDataFolder, runTollgate, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';

const columns = 'prefix,currency,perMinute,initialSeconds,incrementSeconds,barred';

/** A cent a second to the United Kingdom, a minute at a time to London. */
const retail = [columns, '44,EUR,0.6,1,1,', '4420,EUR,0.6,60,60,', '4499,EUR,,,,true'].join('\n');

const createDecks = async (): Promise<string> => {
  const folder = await createDataFolder();
  mkdirSync(join(folder, 'decks'));
  writeFileSync(join(folder, 'decks', 'retail.csv'), retail);
  return join(folder, 'decks');
};

const open = async (url: string, accountId: string, cutoff: Fields = { balances: ['inbound'] }): Promise<void> => {
  await post(url, '/v1/accounts', { accountId, currency: 'EUR', cutoff });
};
const pay = (url: string, accountId: string, amount: string): Promise<JsonAnswer> =>
  post(url, '/v1/payments', { paymentId: `p-${amount}`, accountId, direction: 'inbound', amount, currency: 'EUR' });

const call = { direction: 'inbound', currency: 'EUR', deck: 'retail', callee: '+441234' };
const ask = (url: string, id: string, fields: Fields = {}): Promise<JsonAnswer> => {
  const [accountId = '', authorizationId = ''] = id.split(' ');
  return post(url, '/v1/authorizations', { accountId, authorizationId, ...call, ...fields });
};
const exposure = async (url: string, accountId: string): Promise<unknown> =>
  (await get(url, `/v1/accounts/${accountId}`)).body['exposure'];

const data = createDataFolder;

describe.each([
  ['embedded', () => Promise.resolve({})],
  ['EventStoreDB', newStoreLedger],
] as const)('%s', (_name, newLedger) => {
  let tollgate: Tollgate;
  let start: () => Promise<Tollgate>;

  beforeAll(async () => {
    const [folder, decks, ledger] = await Promise.all([data(), createDecks(), newLedger()]);
    start = () => startTollgate({ data: folder, flags: ['--decks', decks], environment: ledger });
    tollgate = await start();
  });
  afterAll(() => tollgate.kill());

  test('thirty calls at once on the money of one: no more is held than is there', async () => {
    const { url } = tollgate;
    await open(url, 'thirty');
    await pay(url, 'thirty', '1');
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => ask(url, `thirty c${String(index)}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(29).fill(200), 201]);
    const [granted] = answers.filter(({ status }) => status === 201);
    expect(granted?.body).toMatchObject({ granted: 99, reserved: '1' });
    const refused = answers.filter(({ status }) => status === 200).map(({ body }) => body['reason']);
    expect(new Set(refused)).toEqual(new Set(['INSUFFICIENT_BALANCE']));
    expect(await exposure(url, 'thirty')).toEqual({
      reserved: { inbound: '1', outbound: '0' },
      calls: { inbound: 1, outbound: 0 },
      unsettled: 0,
    });
  });

  test('a call from its asking to its usage, over a kill and a restart in its middle', async () => {
    await open(tollgate.url, 'acme', { balances: ['inbound'], reservation: { sliceSeconds: 60 } });
    expect((await ask(tollgate.url, 'acme call-1')).body).toMatchObject({ granted: 0, reason: 'BLOCKED' });
    await pay(tollgate.url, 'acme', '1.5');
    expect((await ask(tollgate.url, 'acme call-1')).body).toMatchObject({ granted: 60, reserved: '0.61' });
    await tollgate.kill();
    tollgate = await start();
    const { url } = tollgate;
    const path = '/v1/authorizations/acme/call-1';
    expect((await ask(url, 'acme call-1')).body).toMatchObject({ granted: 60, reserved: '0.61', duplicate: true });
    expect((await post(url, `${path}/extend`, { number: 1 })).body).toMatchObject({ granted: 120, reserved: '1.21' });
    expect((await post(url, `${path}/release`, { usedSeconds: 100 })).body).toMatchObject({ reserved: '1' });
    const listed = await get(url, '/v1/accounts/acme/authorizations');
    expect(listed.body).toMatchObject({
      items: [{ authorizationId: 'call-1', reserved: '1', granted: 120 }],
      next: null,
    });
    const usage = { usageId: 'u-1', accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' };
    const charged = await post(url, '/v1/usage', { ...usage, authorizationId: 'call-1' });
    expect(charged.status).toBe(201);
    const { body } = await get(url, `/v1/accounts/acme?minPosition=${charged.body['position'] as string}`);
    expect([body['balances'], body['exposure']]).toEqual([
      { inbound: '0.5', outbound: '0', mutual: '-0.5' },
      undefined,
    ]);
    const history = (await get(url, '/v1/accounts/acme/history')).body['items'] as Fields[];
    expect(history.slice(2).map(({ type, authorization }) => [type, authorization])).toEqual([
      ['ReservationPlaced', undefined],
      ['ReservationExtended', undefined],
      ['ReservationReleased', undefined],
      ['UsageCharged', { state: 'settled' }],
    ]);
  });

  test('usage taken back while its call goes on, over a kill: it is held again, and pays for no more seconds', async () => {
    await open(tollgate.url, 'taken', { balances: ['inbound'], reservation: { sliceSeconds: 5 } });
    await pay(tollgate.url, 'taken', '0.1');
    expect((await ask(tollgate.url, 'taken a')).body).toMatchObject({ granted: 5, reserved: '0.06' });
    const usage = { usageId: 'u', accountId: 'taken', direction: 'inbound', amount: '0.04', currency: 'EUR' };
    await post(tollgate.url, '/v1/usage', { ...usage, authorizationId: 'a', final: false });
    const reversal = {
      reversalId: 'r',
      accountId: 'taken',
      of: { kind: 'usage', id: 'u' },
      reason: 'wrong',
      actor: 'ann',
    };
    expect((await post(tollgate.url, '/v1/reversals', reversal)).status).toBe(201);
    await tollgate.kill();
    tollgate = await start();
    const { url } = tollgate;
    expect((await get(url, '/v1/accounts/taken/authorizations')).body).toMatchObject({
      items: [{ authorizationId: 'a', reserved: '0.06', charged: '0' }],
    });
    expect((await post(url, '/v1/authorizations/taken/a/extend', { number: 1 })).body).toMatchObject({
      ...{ granted: 9, reserved: '0.1' },
    });
    const history = (await get(url, '/v1/accounts/taken/history')).body['items'] as Fields[];
    expect(history.find(({ type }) => type === 'EntryReversed')).toMatchObject({
      restored: { authorizationId: 'a', reserved: '0.06' },
    });
  });

  test('an authorisation that no address could name is not granted', async () => {
    for (const id of ['.', '..'])
      expect(await ask(tollgate.url, `acme ${id}`)).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  });

  test('decks: the longest prefix in whole increments, none for barred and unknown numbers', async () => {
    const { url } = tollgate;
    await open(url, 'decks');
    await pay(url, 'decks', '1.5');
    expect((await ask(url, 'decks london', { callee: '+44201' })).body).toMatchObject({
      granted: 119,
      reserved: '1.2',
    });
    expect((await ask(url, 'decks barred', { callee: '+4499' })).body['reason']).toBe('NO_PRICE');
    expect((await ask(url, 'decks unknown', { callee: '+31' })).body['reason']).toBe('NO_PRICE');
    expect((await ask(url, 'decks other', { deck: 'wholesale' })).body['reason']).toBe('NO_PRICE');
  });

  test('who pays afterwards calls what is barred no more than others, and what is unknown without limit', async () => {
    const { url } = tollgate;
    await open(url, 'owing', { balances: [] });
    const barred = await ask(url, 'owing barred', { callee: '+4499' });
    expect([barred.status, barred.body]).toMatchObject([200, { granted: 0, reason: 'NO_PRICE' }]);
    expect((await ask(url, 'owing unknown', { callee: '+31' })).body['granted']).toBe(null);
  });
});

test('a price of the switch’s own is taken where that is set, and calls are authorised on loopback only', async () => {
  const price = { perMinute: '0.6', initialSeconds: 1, incrementSeconds: 1 };
  const named = {
    authorizationId: 'a',
    accountId: 'acme',
    direction: 'inbound',
    currency: 'EUR',
    callee: '+44',
    price,
  };
  const closed = await startTollgate({ data: await data() });
  const trusting = await startTollgate({ data: await data(), environment: { AUTHORIZE_WITH_PRICE: '1' } });
  const wide = await startTollgate({
    data: await data(),
    environment: { AUTHORIZE_WITH_PRICE: '1' },
    flags: ['--host', '0.0.0.0'],
  });
  for (const { url } of [closed, trusting]) {
    await open(url, 'acme');
    await pay(url, 'acme', '1');
  }
  expect((await post(closed.url, '/v1/authorizations', named)).body['code']).toBe('INVALID_REQUEST');
  expect((await post(trusting.url, '/v1/authorizations', named)).body).toMatchObject({ granted: 99 });
  const port = new URL(wide.url).port;
  const refused = await post(`http://127.0.0.1:${port}`, '/v1/authorizations', named);
  expect([refused.status, refused.body['code']]).toEqual([403, 'AUTHORIZATIONS_NOT_SERVED']);
  await Promise.all([closed, trusting, wide].map((one) => one.kill()));
});

test('a deck that cannot be read keeps Tollgate from starting, with its file, line and field', async () => {
  const folder = await data();
  writeFileSync(join(folder, 'retail.csv'), `${columns}\n44,EUR,cheap,1,1,\n`);
  const { code, output } = await runTollgate(
    'serve',
    '--port',
    '0',
    '--data',
    join(folder, 'ledger'),
    '--decks',
    folder,
  );
  expect(code).toBe(2);
  expect(output).toContain('retail.csv: line 2: perMinute: "cheap" is none');
});
