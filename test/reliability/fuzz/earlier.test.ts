import { Random } from '../random';
import { createEarlier } from './earlier';
import { eventTypes } from './ledger';
import { isSame } from './meaning';
import { lineIsValid } from './verdict';

const entry = { accountId: 'acme', direction: 'inbound', amount: '5.5', currency: 'EUR' };
const bodies = {
  payment: { paymentId: 'p1', ...entry, paidAt: '2026-01-31T12:00:00Z' },
  usage: { usageId: 'u1', ...entry, startedAt: '2026-01-31T12:00:00.123456789Z' },
  adjustment: { adjustmentId: 'a1', ...entry, reason: 'x', actor: 'y' },
  reversal: { reversalId: 'r1', accountId: 'acme', of: { kind: 'payment', id: 'p1' }, reason: 'x', actor: 'y' },
};

test.each(['payment', 'usage', 'adjustment', 'reversal'] as const)(
  'a %s comes again as it was, in other words and with other content, valid each time',
  (kind) => {
    const earlier = createEarlier(new Random(1));
    earlier.remember(kind, bodies[kind]);
    const drawn: object[] = Array.from({ length: 60 }, () => earlier.again(kind) as object);
    const texts = new Set(drawn.map((body) => JSON.stringify(body)));
    const same = drawn.filter((body) => isSame(eventTypes[kind], body, bodies[kind]));
    expect(drawn.filter((body) => !lineIsValid({ kind, ...body }))).toEqual([]);
    expect(texts.size).toBeGreaterThan(2);
    expect(same.length).toBeGreaterThan(20);
    expect(same.length).toBeLessThan(60);
    expect(new Set(same.map((body) => JSON.stringify(body))).size).toBe(2);
  },
);
