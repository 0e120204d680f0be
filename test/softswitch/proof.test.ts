import { manyCalls, worstOverspend } from './scenarios/load';
import { cutNow, prepaidRunsOut } from './scenarios/money';
import { startChain, untilServing } from './support/chain';
import type { Chain } from './support/chain';
import { ledgerAt } from './support/ledger-of';

/** `npm run proof:calls`: what takes too long for every run, and the figures. */
let chain: Chain;
beforeAll(async () => {
  chain = await startChain();
  await untilServing(chain);
  await ledgerAt(chain.ledger.url).open('vendor', { balances: [] });
}, 120_000);
afterAll(() => chain.stop(), 30_000);

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

test('how fast money counts', async () => {
  const { paidAt, admitted } = await prepaidRunsOut(chain);
  say(
    `payment → first call admitted: ${String(Math.round((admitted.answeredAt ?? 0) - paidAt))} ms, of which 100 ms it rang`,
  );
  const { cut, zeroAt } = await cutNow(chain);
  say(`zero → cut (cut-now): ${String(Math.round((cut.endedAt ?? 0) - zeroAt))} ms`);
}, 120_000);

test('60 s at 50 calls/s: every call is charged exactly once', async () => {
  const { answered, refused, charged, calls } = await manyCalls(chain, { perSecond: 50, calls: 3_000, talkMs: 2_000 });
  say(`${String(answered)} calls answered, ${String(refused)} refused, ${String(charged)} charged`);
  expect({ refused, charged, calls }).toEqual({ refused: 0, charged: answered, calls: answered });
  expect(answered).toBe(3_000);
}, 300_000);

test('1,000 calls of random length on money that comes in drops: the debt stays within its bound', async () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 100_000);
  say(`seed ${String(seed)} (SEED=${String(seed)} repeats it)`);
  const { worstCents, answered, cut, refused } = await worstOverspend(chain, {
    calls: 1_000,
    random: randomFrom(seed),
  });
  say(`${String(answered)} calls answered, ${String(cut)} of them cut, ${String(refused)} refused`);
  say(
    `worst overspend ${String(worstCents)} cents; bound 0: a grant of n s reserves n + 1 s, and a limit is kept to 0.55 s`,
  );
  expect(worstCents).toBeLessThanOrEqual(0);
}, 300_000);

/** Mulberry32. */
const randomFrom = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};
