import { payment, usage } from '@tollgate/contracts';
import { demoPartners } from './partners';
import { countDistinct, expectedSums, messagesAt, sumKey } from './traffic-plan';

const ticks = Array.from({ length: 120 }, (_, tick) => tick);
const all = ticks.flatMap((tick) => messagesAt(tick, demoPartners));

test('every message of the demonstration is valid and has an id of its own', () => {
  for (const { kind, body } of all) expect((kind === 'payment' ? payment : usage).safeParse(body).success).toBe(true);
  expect(countDistinct(all)).toBe(all.length);
});

test('a message counts once however often it is sent', () => {
  expect(expectedSums([...all, ...all.slice(100)])).toEqual(expectedSums(all));
  expect(expectedSums(all).get(sumKey('northwind', 'inbound', 'payment'))).toBe(240_000_000_000n);
});
