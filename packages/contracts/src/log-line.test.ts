import { createHash } from 'node:crypto';
import { logLine } from './log-line';

const place = { eventId: '0d9f4a52-6a4e-4a37-8a0c-0f6f2f1f9c11', recordedAt: '2026-01-31T09:31:00.124Z' };
const source = { receivedAt: '2026-01-31T09:31:00.120Z' };

test('a line is stream, revision, id, type, times, origin and data, and no position', () => {
  const data = { paymentId: 'p1', accountId: 'acme', direction: 'inbound', amount: '1.50', currency: 'EUR' } as const;
  const channel = { kafka: { topic: 'tollgate.payments.v1', partition: 3 } };
  const event = {
    ...{ ...place, stream: 'account-acme', revision: 1, position: 77n, type: 'PaymentRecorded' as const },
    ...{ data, metadata: { source: { ...source, channel }, offset: '12' } },
  };
  expect(logLine(event)).toBe(
    '{"stream":"account-acme","revision":1,"eventId":"0d9f4a52-6a4e-4a37-8a0c-0f6f2f1f9c11","type":"PaymentRecorded",' +
      '"recordedAt":"2026-01-31T09:31:00.124Z","receivedAt":"2026-01-31T09:31:00.120Z",' +
      '"by":{"channel":{"kafka":{"topic":"tollgate.payments.v1","partition":3,"offset":"12"}}},' +
      '"data":{"paymentId":"p1","accountId":"acme","direction":"inbound","amount":"1.50","currency":"EUR"}}',
  );
});

test('a reversal says what it takes back', () => {
  const data = {
    ...{ reversalId: 'r1', accountId: 'acme', of: { kind: 'payment' as const, id: 'p1' } },
    ...{ reason: 'twice', actor: 'ann' },
  };
  const metadata = { source, reversed: { direction: 'inbound' as const, amount: '1.50' } };
  const event = { ...place, stream: 'account-acme', revision: 2, type: 'EntryReversed' as const, data, metadata };
  expect(logLine(event)).toContain('"reversed":{"direction":"inbound","amount":"1.50"},"data":{"reversalId":"r1",');
});

test('a reversal of usage says what is held again for its call', () => {
  const of = { kind: 'usage' as const, id: 'u1' };
  const data = { reversalId: 'r1', accountId: 'acme', of, reason: 'twice', actor: 'ann' };
  const reversed = { direction: 'inbound' as const, amount: '1.50' };
  const metadata = { source, reversed, restored: { authorizationId: 'a', reserved: '3' } };
  const event = { ...place, stream: 'account-acme', revision: 2, type: 'EntryReversed' as const, data, metadata };
  expect(logLine(event)).toContain('"amount":"1.50"},"restored":{"authorizationId":"a","reserved":"3"},"data":{');
});

test('sealed numbers stand in it as they are sealed, with the name of their key', () => {
  const data = {
    ...{ usageId: 'u1', accountId: 'acme', direction: 'inbound' as const, amount: '1', currency: 'EUR' },
    callee: 'c2VhbGVk',
  };
  const metadata = { source, sealed: '2026-01/0123456789abcdef' };
  const event = { ...place, stream: 'account-acme', revision: 2, type: 'UsageCharged' as const, data, metadata };
  const line = logLine(event);
  expect(line).toContain('.120Z","sealed":"2026-01/0123456789abcdef","data":{"usageId":"u1",');
  expect(line).toMatch(/"callee":"c2VhbGVk"}}$/);
});

test('its bytes are those that checkpoints were made of: names beyond ASCII and control characters among them', () => {
  const data = { accountId: 'acme', name: 'Ünïtel \u0001 \ud800 😀', currency: 'EUR' };
  const event = { ...place, stream: 'account-acme', revision: 0, type: 'AccountOpened' as const, data };
  const line = logLine({ ...event, metadata: { source } });
  expect(line).toContain('"name":"Ünïtel \\u0001 \\ud800 😀"');
  expect(createHash('sha256').update(line).digest('hex')).toBe(
    '3abd19f4cfcf55654cb5e8b3fd996f1eb4d89042d28f522f341c88fea9c7a9a4',
  );
});
