import { setTimeout as delay } from 'node:timers/promises';
import { createAuthorizer } from './authorize';
import { fakeLedger, silent } from './fake-ledger.test-support';
import { Refused } from './ledger';
import { createReleases } from './releases';

const ask = {
  id: 'c1',
  account: 'acme',
  vendors: ['one', 'two'].map((account) => ({ account, target: `${account}:5060` })),
  caller: '49',
  callee: '44',
  callId: 'x@y',
};
const tariffs = (accountId: string) => (accountId === 'nobody' ? undefined : { currency: 'EUR', deck: 'retail' });

const decide = async (answers: Parameters<typeof fakeLedger>[0], change: Partial<typeof ask> = {}) => {
  const { ledger, told } = fakeLedger(answers);
  const releases = createReleases(ledger, silent);
  const authorize = createAuthorizer({ ledger, releases, tariffs, limitMs: 100, logger: silent });
  const verdict = await authorize({ ...ask, ...change });
  const soon = [...told.released];
  await delay(250);
  releases.stop();
  return { verdict, released: told.released.map(([leg]) => leg).sort(), soon, asked: told.asked };
};

test.each([
  [null, null, null],
  [60, null, 60],
  [null, 30, 30],
  [60, 30, 30],
  [20, 30, 20],
])('of %p for the originator and %p for the vendor, the smaller counts: %p', async (inbound, outbound, seconds) => {
  const { verdict, released } = await decide({ 'acme/c1-in': inbound, 'one/c1-out': outbound });
  expect(verdict).toEqual({ do: 'route', vendor: { account: 'one', target: 'one:5060' }, seconds });
  expect(released).toEqual([]);
});

test('a vendor who is refused is passed over, and holds nothing', async () => {
  const { verdict, released, asked } = await decide({ 'one/c1-out': 0, 'two/c1-out': 40 });
  expect(verdict).toMatchObject({ do: 'route', vendor: { account: 'two' }, seconds: 40 });
  expect(released).toEqual([]);
  expect(asked).toEqual(['acme/c1-in', 'one/c1-out', 'two/c1-out']);
});

test('where every vendor is refused, the originator gets back what was held for him', async () => {
  const { verdict, released } = await decide({ 'one/c1-out': 0, 'two/c1-out': 0 });
  expect(verdict).toMatchObject({ do: 'refuse', code: 503, cause: 34 });
  expect(released).toEqual(['acme/c1-in']);
});

test('an originator who is refused pays first, and the vendor’s leg is given back', async () => {
  const { verdict, released } = await decide({ 'acme/c1-in': 0, 'one/c1-out': 60 });
  expect(verdict).toMatchObject({ do: 'refuse', code: 402, cause: 21 });
  expect(released).toEqual(['one/c1-out']);
});

test.each([
  ['acme/c1-in', 'one/c1-out'],
  ['one/c1-out', 'acme/c1-in'],
])(
  'a ledger that is away for %s leaves it to the policy; both legs are given back, whatever became of them',
  async (away) => {
    const { verdict, released } = await decide({ [away]: 'away' });
    expect(verdict).toEqual({ do: 'policy' });
    expect(released).toEqual(['acme/c1-in', 'one/c1-out']);
  },
);

test('a ledger that is late leaves it to the policy, and what it grants afterwards is given back', async () => {
  const { verdict, soon, released } = await decide({ 'acme/c1-in': 'silent' });
  expect(verdict).toEqual({ do: 'policy' });
  expect(soon).toEqual([]);
  expect(released).toEqual(['acme/c1-in', 'one/c1-out']);
});

test('an account of which no deck is named is refused, and the ledger is not asked', async () => {
  const { verdict, asked } = await decide({}, { account: 'nobody' });
  expect(verdict).toMatchObject({ do: 'refuse', code: 403 });
  expect(asked).toEqual(['one/c1-out']);
});

test('what the ledger will never grant is a refusal, not an outage', async () => {
  const { ledger } = fakeLedger({});
  const refusing = { ...ledger, authorize: () => Promise.reject(new Refused('CURRENCY_MISMATCH: currency: …')) };
  const releases = createReleases(ledger, silent);
  const authorize = createAuthorizer({ ledger: refusing, releases, tariffs, limitMs: 100, logger: silent });
  expect(await authorize(ask)).toMatchObject({ do: 'refuse', code: 403 });
});
