import { checkAccounts, checkTopics, followLog } from './check-topics';
import type { Published } from './check-topics';
import { event, faultsOf, opening } from './check-log.fixture';

const at = '2026-01-31T12:00:00.000Z';
const balances = { inbound: '0', outbound: '0', mutual: '0' };
const commandId = '583c115f-cb4d-5a94-92fb-0ed517c99d10';
const decision = {
  accountId: 'acme',
  direction: 'inbound',
  sequence: 1,
  exhausted: ['inbound'],
  balances,
  currency: 'EUR',
  cause: { type: 'AccountOpened', eventId: 'event-1', stream: 'account-acme', revision: 0 },
  decidedAt: at,
};
const rejection = {
  code: 'INVALID_REQUEST',
  detail: 'd',
  receivedAt: at,
  source: { topic: 'tollgate.usage.v1', partition: 0, offset: '0' },
  payload: '{',
};
const log = [
  event(1, 'AccountOpened', { ...opening, cutoff: { balances: ['inbound'] } }),
  { stream: 'cutoff-acme', revision: 0, position: 2n, eventId: commandId, type: 'TrafficBlocked', data: decision },
  { stream: 'rejected-usage-0', revision: 0, position: 3n, eventId: 'x', type: 'MessageRejected', data: rejection },
];
const rejected = (changes: object = {}, key = 'tollgate.usage.v1/0/0'): Published => ({
  topic: 'tollgate.rejected.v1',
  key,
  value: JSON.stringify({ ...rejection, ...changes }),
  headers: {},
});
const headers = {
  ce_specversion: '1.0',
  ce_id: commandId,
  ce_type: 'tollgate.BlockTraffic.v1',
  ce_source: 'tollgate',
  ce_subject: 'acme',
  ce_time: at,
  'content-type': 'application/json',
};
const command = (changes: object = {}, moreHeaders: object = {}): Published => ({
  topic: 'tollgate.traffic-control.v1',
  key: 'acme/inbound',
  value: JSON.stringify({ type: 'BlockTraffic', commandId, ...decision, ...changes }),
  headers: { ...headers, ...moreHeaders },
});

const faults = (published: Published[]): string[] =>
  faultsOf((report) => {
    checkTopics(followLog(log, report), published, report);
  });

test('topics that hold what the log says pass', () => {
  expect(faults([command(), rejected()])).toEqual([]);
});

test.each([
  ['a payload that is another', [command(), rejected({ payload: '}' })]],
  ['a code that is another', [command(), rejected({ code: 'ID_CONFLICT' })]],
  ['a rejection under another place', [command(), rejected({}, 'tollgate.usage.v1/0/1')]],
  ['a rejection that is missing', [command()]],
  ['a rejection that is no rejection', [command(), rejected({ more: 1 })]],
  ['a command that is missing', [rejected()]],
  ['a command in another currency', [command({ currency: 'USD' }), rejected()]],
  ['a command with other balances', [command({ balances: { ...balances, inbound: '1' } }), rejected()]],
  ['a command with another id', [command({ commandId: commandId.replace('5', '6') }), rejected()]],
  ['a command that is no command', [command({ more: 1 }), rejected()]],
  ['a header that is another', [command({}, { ce_subject: 'globex' }), rejected()]],
])('sees %s', (_what, published) => {
  expect(faults(published)).not.toEqual([]);
});

test('sees an edge that was never decided', () => {
  expect(faultsOf((report) => followLog(log.slice(0, 1), report))).toEqual(['P3: 1 edges of acme were never decided']);
});

test('an account without a rule is postpaid', () => {
  expect(faultsOf((report) => followLog([event(1, 'AccountOpened', opening)], report))).toEqual([]);
});

test('sees an account that is served otherwise, or not at all', () => {
  const traffic = { inbound: { state: 'blocked', since: at, sequence: 1 }, outbound: { state: 'open' } };
  const served = { accountId: 'acme', currency: 'EUR', revision: 0, balances, traffic };
  const accountFaults = (accounts: object[]) =>
    faultsOf((report) => {
      checkAccounts(followLog(log, report), accounts, report);
    });
  expect(accountFaults([served])).toEqual([]);
  expect(accountFaults([])).toHaveLength(1);
  for (const wrong of [
    { currency: 'USD' },
    { revision: 1 },
    { balances: {} },
    { traffic: { ...traffic, outbound: {} } },
  ])
    expect(accountFaults([{ ...served, ...wrong }])).toHaveLength(1);
});
