import type { Adjustment, Payment, Reversal, Usage } from './index';
import { isSameContent } from './same-content';

const payment: Required<Payment> = {
  paymentId: 'p1',
  accountId: 'acme',
  direction: 'inbound',
  amount: '100.5',
  currency: 'EUR',
  paidAt: '2026-01-31T12:00:00.5Z',
  reference: 'invoice 7',
};
const usage: Required<Usage> = {
  usageId: 'u1',
  accountId: 'acme',
  direction: 'inbound',
  amount: '0.0125',
  currency: 'EUR',
  callId: 'c1',
  startedAt: '2026-01-31T12:00:00Z',
  endedAt: '2026-01-31T12:01:00Z',
  durationSeconds: 60,
  caller: '+31612345678',
  callee: '+442079460000',
  ratedAt: '2026-01-31T12:01:05Z',
  attributes: { codec: 'g711', trunk: 't1' },
  authorizationId: 'x1',
  final: true,
};
const named = { reason: 'billing error', actor: 'finance' };
const adjustment: Adjustment = {
  adjustmentId: 'a1',
  accountId: 'acme',
  direction: 'inbound',
  amount: '-1',
  currency: 'EUR',
  ...named,
};
const reversal: Reversal = { reversalId: 'r1', accountId: 'acme', of: { kind: 'payment', id: 'p1' }, ...named };
const bodies = { payment, usage, adjustment, reversal };

const fieldsOf = Object.entries(bodies).flatMap(([kind, body]) =>
  Object.keys(body).map((field) => ({ kind, body, field })),
);
const otherValues: Record<string, unknown> = {
  amount: '7',
  paidAt: '2026-01-31T12:00:00.6Z',
  startedAt: '2026-01-31T12:00:00.000000001Z',
  endedAt: '2026-01-31T12:01:01Z',
  ratedAt: '2025-01-31T12:01:05Z',
  durationSeconds: 60.5,
  attributes: { codec: 'g711', trunk: 't2' },
  of: { kind: 'payment', id: 'p2' },
};

test.each(fieldsOf)('every field counts: another $field makes another $kind', ({ body, field }) => {
  const other = { ...body, [field]: otherValues[field] ?? 'another' };
  expect(isSameContent(body, other)).toBe(false);
  expect(isSameContent(other, body)).toBe(false);
});

test.each(fieldsOf)('every field counts: $field left out makes another $kind', ({ body, field }) => {
  const { [field as keyof typeof body]: _, ...other } = body;
  expect(isSameContent(body, other)).toBe(false);
  expect(isSameContent(other, body)).toBe(false);
});

test.each(Object.entries(bodies))('key order does not count in a %s', (_kind, body) => {
  expect(isSameContent(body, Object.fromEntries(Object.entries(body).reverse()))).toBe(true);
});

test.each([
  ['amount', '100.50'],
  ['amount', '100.5000000000'],
  ['paidAt', '2026-01-31T12:00:00.500Z'],
  ['paidAt', '2026-01-31T12:00:00.500000000Z'],
  ['paidAt', '2026-01-31T12:00:00.50+00:00'],
  ['paidAt', '2026-01-31T12:00:00.5-00:00'],
])('a %s written %s is the same value', (field, text) => {
  expect(isSameContent(payment, { ...payment, [field]: text })).toBe(true);
});

test.each([
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z', true],
  ['2026-01-31T12:00:10Z', '2026-01-31T12:00:10.0Z', true],
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00.001Z', false],
  ['2026-01-31T12:00:00.1Z', '2026-01-31T12:00:00.01Z', false],
  ['2026-01-31T12:00:10Z', '2026-01-31T12:00:01Z', false],
  ['2026-01-31T12:00:00Z', '2026-01-31T12:00:00+00:00', true],
  ['2026-01-31T12:00:00.0-00:00', '2026-01-31T12:00:00+00:00', true],
  ['2026-01-31T12:00:10+00:00', '2026-01-31T12:00:01Z', false],
])('the instants %s and %s being the same is %s', (one, other, isSame) => {
  expect(isSameContent({ ...payment, paidAt: one }, { ...payment, paidAt: other })).toBe(isSame);
});

test.each(['startedAt', 'endedAt', 'ratedAt'])('%s is compared by instant', (field) => {
  const one = { ...usage, [field]: '2026-01-31T12:00:00Z' };
  expect(isSameContent(one, { ...one, [field]: '2026-01-31T12:00:00.000Z' })).toBe(true);
});

test.each(['reference', 'paymentId'])('%s is text, compared as it is, however much it looks like a time', (field) => {
  expect(isSameContent({ ...payment, [field]: 'v1.50Z' }, { ...payment, [field]: 'v1.5Z' })).toBe(false);
});

test('an amount just above the whole number is not that number', () => {
  expect(isSameContent({ ...payment, amount: '1' }, { ...payment, amount: '1.0000000001' })).toBe(false);
});

test('a shredded field is the same as anything, also as none; any other field counts', () => {
  const { caller: _caller, callee: _callee, ...rest } = { ...usage, caller: '+4930', callee: '+4940' };
  const shredded = ['caller', 'callee'];
  expect(isSameContent(rest, { ...rest, caller: '+4931', callee: '+4940' }, shredded)).toBe(true);
  expect(isSameContent(rest, rest, shredded)).toBe(true);
  expect(isSameContent(rest, { ...rest, caller: '+4930' }, ['callee'])).toBe(false);
  expect(isSameContent(rest, { ...rest, caller: '+4930', callId: 'other' }, shredded)).toBe(false);
});

test('minus zero is zero', () => {
  expect(isSameContent({ ...adjustment, amount: '-0.0' }, { ...adjustment, amount: '0' })).toBe(true);
});

test('a field given as undefined is a field left out', () => {
  const { reference: _, ...without } = payment;
  expect(isSameContent(without, { ...without, reference: undefined })).toBe(true);
});

test('the order of attributes does not count, every one of them does', () => {
  const withAttributes = (attributes: Record<string, string>) => ({ ...usage, attributes });
  expect(isSameContent(usage, withAttributes({ trunk: 't1', codec: 'g711' }))).toBe(true);
  expect(isSameContent(usage, withAttributes({ codec: 'g711' }))).toBe(false);
  expect(isSameContent(usage, withAttributes({ codec: 'g711', trunk: 't1', more: '' }))).toBe(false);
});

test('an attribute named like an amount or a time is text, compared as it is', () => {
  const withAttribute = (name: string, value: string) => ({ ...usage, attributes: { [name]: value } });
  expect(isSameContent(withAttribute('amount', '1.0'), withAttribute('amount', '1'))).toBe(false);
  expect(isSameContent(withAttribute('paidAt', '12:00:00.0Z'), withAttribute('paidAt', '12:00:00Z'))).toBe(false);
});

test('an attribute named like something every object has is compared like any other', () => {
  const withAttribute = (value: string) => ({ ...usage, attributes: { constructor: value, toString: 'x' } });
  expect(isSameContent(withAttribute('a'), withAttribute('a'))).toBe(true);
  expect(isSameContent(withAttribute('a'), withAttribute('b'))).toBe(false);
  expect(isSameContent({ ...usage, attributes: {} }, withAttribute('a'))).toBe(false);
});

test('what a reversal names counts by kind and by id', () => {
  expect(isSameContent(reversal, { ...reversal, of: { kind: 'usage', id: 'p1' } })).toBe(false);
  expect(isSameContent(reversal, { ...reversal, of: { id: 'p1', kind: 'payment' } })).toBe(true);
});

test('a list is no object: one that has a length used to be the same as a list, in one order of the two', () => {
  const [list, object] = [
    { ...usage, attributes: [] },
    { ...usage, attributes: { length: 'x' } },
  ];
  expect(isSameContent(list, object)).toBe(false);
  expect(isSameContent(object, list)).toBe(false);
  expect(isSameContent(list, { ...list, attributes: [] })).toBe(true);
});
