import type { TrafficDecision } from '@tollgate/balance';
import { cloudEventHeaders, commandIdOf, topicsOf, trafficCommandOf } from './index';
import { commandExample } from './examples';
import { trafficCommand } from './traffic-control';

const decision: TrafficDecision = {
  accountId: 'acme',
  direction: 'inbound',
  sequence: 7,
  exhausted: ['inbound'],
  balances: { inbound: '-0.5', outbound: '0', mutual: '0.5' },
  currency: 'EUR',
  cause: { type: 'UsageCharged', eventId: 'e1', stream: 'account-acme', revision: 42 },
  decidedAt: '2026-01-31T12:00:00.000Z',
};

test('the id of a command is the UUIDv5 of its account, direction and sequence', () => {
  expect(commandIdOf(decision)).toBe('eb4ee2b9-7cab-53fe-a4c0-fc225133e299');
});

test('another account, direction or sequence has another id', () => {
  const ids = [
    decision,
    { ...decision, accountId: 'acme2' },
    { ...decision, direction: 'outbound' as const },
    { ...decision, sequence: 8 },
  ].map(commandIdOf);
  expect(new Set(ids).size).toBe(4);
});

test.each([
  ['TrafficBlocked', 'BlockTraffic'],
  ['TrafficUnblocked', 'UnblockTraffic'],
] as const)('%s is sent as %s with all the decision says', (type, command) => {
  const { commandId, ...sent } = trafficCommandOf({ type, data: decision });
  expect(sent).toEqual({ type: command, ...decision });
  expect(commandId).toBe(commandIdOf(decision));
});

test('a command is the same bytes every time, its keys in the documented order', () => {
  const text = JSON.stringify(trafficCommandOf({ type: 'TrafficBlocked', data: decision }));
  expect(JSON.stringify(trafficCommandOf({ type: 'TrafficBlocked', data: structuredClone(decision) }))).toBe(text);
  expect(text).toBe(
    '{"type":"BlockTraffic","commandId":"eb4ee2b9-7cab-53fe-a4c0-fc225133e299","accountId":"acme","direction":"inbound","sequence":7,' +
      '"exhausted":["inbound"],"balances":{"inbound":"-0.5","outbound":"0","mutual":"0.5"},"currency":"EUR",' +
      '"cause":{"type":"UsageCharged","eventId":"e1","stream":"account-acme","revision":42},"decidedAt":"2026-01-31T12:00:00.000Z"}',
  );
});

test('a command is what its schema says', () => {
  expect(trafficCommand.parse(commandExample)).toEqual(commandExample);
});

test.each([
  ['sequence', 0],
  ['sequence', 1.5],
  ['type', 'PauseTraffic'],
  ['commandId', 'x'],
  ['extra', 1],
])('the schema of a command refuses %s %p', (field, value) => {
  expect(trafficCommand.safeParse({ ...commandExample, [field]: value }).success).toBe(false);
});

test('the headers follow the CloudEvents Kafka binding in binary mode', () => {
  expect(cloudEventHeaders(commandExample)).toEqual({
    ce_specversion: '1.0',
    ce_id: 'eb4ee2b9-7cab-53fe-a4c0-fc225133e299',
    ce_type: 'tollgate.BlockTraffic.v1',
    ce_source: 'tollgate',
    ce_subject: 'acme',
    ce_time: '2026-01-31T12:00:00.000Z',
    'content-type': 'application/json',
  });
  expect(cloudEventHeaders({ ...commandExample, type: 'UnblockTraffic' })['ce_type']).toBe(
    'tollgate.UnblockTraffic.v1',
  );
});

test('topics carry the prefix', () => {
  expect(topicsOf('tollgate.')).toEqual({
    payments: 'tollgate.payments.v1',
    usage: 'tollgate.usage.v1',
    trafficControl: 'tollgate.traffic-control.v1',
    rejected: 'tollgate.rejected.v1',
  });
});
