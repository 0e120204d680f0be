import { fakeLedger, silent } from './fake-ledger.test-support';
import { createLiveCalls } from './live-calls';
import { createReleases } from './releases';

const answeredAt = 1_000_000;
const call = { id: 'c1', account: 'acme', vendor: 'one', answeredAt, granted: 30 as number | null };

beforeEach(() => {
  jest.useFakeTimers({ now: answeredAt });
});
afterEach(() => {
  jest.useRealTimers();
});

const follow = (extensions: (number | null)[]) => {
  const { ledger, told } = fakeLedger({}, extensions);
  const limits: number[] = [];
  const releases = createReleases(ledger, silent);
  const live = createLiveCalls({ ledger, releases, setLimit: (_id, seconds) => limits.push(seconds), logger: silent });
  return { live, told, limits };
};
const pass = (seconds: number): Promise<void> => jest.advanceTimersByTimeAsync(seconds * 1_000);

test('a call is given more before it ends, both legs under the same number, counted from its answer', async () => {
  const { live, told, limits } = follow([60, 90]);
  live.add(call);
  await pass(19);
  expect(told.extended).toEqual([]);
  await pass(2);
  expect(told.extended).toEqual([
    ['acme/c1-in', 1],
    ['one/c1-out', 1],
  ]);
  expect(limits).toEqual([40]);
  await pass(19.5);
  expect(told.extended.slice(2)).toEqual([
    ['acme/c1-in', 2],
    ['one/c1-out', 2],
  ]);
});

test('a call without money is asked for again under the same number, and ends with its grant', async () => {
  const { live, told, limits } = follow([]);
  live.add(call);
  await pass(31);
  expect(limits).toEqual([]);
  expect(new Set(told.extended.map(([, number]) => number))).toEqual(new Set([1]));
  expect(told.extended.length).toBeGreaterThan(4);
});

test('a call without a limit is asked nothing', async () => {
  const { live, told } = follow([60]);
  live.add({ ...call, granted: null });
  await pass(1_000);
  expect(told.extended).toEqual([]);
});

test('a call that is given all it likes is not ended where its first grant ended', async () => {
  const { live, told, limits } = follow([null]);
  live.add(call);
  expect(live.hasNoLimit('c1')).toBe(false);
  await pass(31);
  expect([limits, live.hasNoLimit('c1')]).toEqual([[86_400], true]);
  await pass(1_000);
  expect(told.extended).toHaveLength(2);
});

test('a call that was found in the switch catches up with what was granted of it before', async () => {
  const { live, limits } = follow([60, 90, 120]);
  live.add({ ...call, answeredAt: answeredAt - 70_000 });
  await pass(0.1);
  expect(limits.at(-1)).toBe(49);
});

test('the end of a call gives back what it did not use, once, and not what its CDR may say above our clock', async () => {
  const { live, told } = follow([60]);
  live.add(call);
  await pass(12.5);
  live.end('c1');
  live.end('c1');
  await pass(100);
  expect(told.released).toEqual([
    ['acme/c1-in', 13],
    ['one/c1-out', 13],
  ]);
  expect(told.extended).toEqual([]);
});
