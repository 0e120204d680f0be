import type { LogEvent } from '@tollgate/contracts';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { readDeck } from '@tollgate/rating';
import { createAdmission, createHttpServer } from '@tollgate/service-runtime';
import { addCallRoutes } from './call-routes';
import { opened, paid } from './calls.fixture';
import { itemsOf, ledgerOn } from './ledger.fixture';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const seconds = { requestTimeoutMs: 5_000, headersTimeoutMs: 5_000, idleTimeoutMs: 5_000 };

/** A switch asks at an instant; acme has three euros, a second costs a cent until noon and a euro from then on. */
const deck = readDeck(`prefix,currency,perMinute,initialSeconds,incrementSeconds,effectiveFrom,effectiveTo
44,EUR,0.6,1,1,,2026-01-31T12:00:00Z
44,EUR,60,1,1,2026-01-31T12:00:00Z,`);

const asking = async (firstAt: string) => {
  const log = createMemoryEventLog<LogEvent>();
  const ledger = ledgerOn(log);
  await ledger.submit(itemsOf([opened(), paid('p1', '3')]));
  let now = firstAt;
  const server = createHttpServer({ bodyBytes: 9_999, connections: 9, allowedHosts: [], ...seconds }, silent);
  const admission = createAdmission({ maxBytes: 9_999, maxRecords: 9, queued: () => 0 });
  const parts = { ledger, admission, decks: new Map([['retail', deck]]), takesPrice: false, isOpenToOthers: false };
  addCallRoutes(server, { ...parts, clock: () => new Date(now), termsOf: () => undefined });
  const post = async (path: string, body: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const { body: text } = await server.inject({ method: 'POST', url: path, headers, payload: JSON.stringify(body) });
    const { granted, reserved } = JSON.parse(text) as { granted: number; reserved: string };
    return `${String(granted)} for ${reserved}`;
  };
  const call = { accountId: 'acme', direction: 'inbound', currency: 'EUR', deck: 'retail', callee: '+4420' };
  return {
    ask: (authorizationId: string) => post('/v1/authorizations', { ...call, authorizationId }),
    extend: (authorizationId: string) => post(`/v1/authorizations/acme/${authorizationId}/extend`, { number: 1 }),
    pay: (amount: string) => ledger.submit(itemsOf([paid(amount, amount)])),
    at: (instant: string) => (now = instant),
  };
};

test('a call that may be answered after a rise was granted 299 s on 3 EUR, and cost 299 EUR: it is held at the dearest price', async () => {
  const { ask } = await asking('2026-01-31T11:58:00.000Z');
  expect(await ask('a')).toBe('2 for 3');
});

test('a call that is answered before the rise costs what it did before: it is charged by the price of its start', async () => {
  const { ask } = await asking('2026-01-31T11:57:59.999Z');
  expect(await ask('a')).toBe('299 for 3');
});

test('an extension goes by the prices of its call, whenever it is asked for', async () => {
  const { ask, extend, pay, at } = await asking('2026-01-31T11:50:00.000Z');
  expect(await ask('a')).toBe('299 for 3');
  await pay('2');
  at('2026-01-31T12:30:00.000Z');
  expect(await extend('a')).toBe('499 for 5');
  expect(await ask('b')).toBe('0 for undefined');
});

test('an extension of a call that may have been answered after the rise goes by the dearest price', async () => {
  const { ask, extend, pay } = await asking('2026-01-31T11:59:59.000Z');
  await ask('a');
  await pay('2');
  expect(await extend('a')).toBe('4 for 5');
});
