import { findingsOf, lines, textOf, verified } from './example.fixture';
import { changed } from './tampering-cases.fixture';

/** Nobody signed it: only the rules can tell. */
const found = async (tampered: readonly string[]): Promise<string[]> =>
  findingsOf(await verified(textOf(tampered), { checkpoints: {} }));

const without = (number: number): string[] => lines.toSpliced(number - 1, 1);

test('without a checkpoint an export is checked by the rules, and nothing of it is proven', async () => {
  expect(await verified(textOf(lines), { checkpoints: {} })).toMatchObject({ provenLines: 0, edges: 10, findings: [] });
});

test.each<[what: string, tampered: () => string[], finding: string]>([
  [
    'an amount',
    () => changed(8, '99.9999999999', '99.9999999998'),
    'line 12: TrafficBlocked inbound of acme, sequence 3 was decided, and no edge was due',
  ],
  [
    'a limit',
    () => changed(3, '"outbound":"10"', '"outbound":"10.1"'),
    'line 15: TrafficBlocked outbound of globex, sequence 3 was decided, and no edge was due',
  ],
  [
    'a formula',
    () => changed(3, 'inbound-minus-outbound', 'outbound-minus-inbound'),
    'line 10: TrafficUnblocked inbound of globex, sequence 2 was decided, and no edge was due',
  ],
  [
    'a block made an unblock',
    () => changed(2, 'TrafficBlocked', 'TrafficUnblocked'),
    'line 2: TrafficUnblocked inbound of acme, sequence 1 was decided, and TrafficBlocked inbound was due since line 1',
  ],
  [
    'the balance shown',
    () => changed(7, '"inbound":"100"', '"inbound":"101"'),
    'line 7: TrafficUnblocked inbound of acme, sequence 2: its balances is {"inbound":"101","outbound":"0","mutual":"-100"}, and should be {"inbound":"100","outbound":"0","mutual":"-100"}',
  ],
  [
    'the cause',
    () => changed(7, '"type":"PaymentRecorded"', '"type":"UsageCharged"'),
    'line 7: TrafficUnblocked inbound of acme, sequence 2: its cause is ',
  ],
  [
    'the sequence',
    () => changed(7, '"sequence":2', '"sequence":3'),
    'line 7: TrafficUnblocked inbound of acme, sequence 3: its sequence is 3, and should be 2',
  ],
  [
    'what is exhausted',
    () => changed(2, '"exhausted":["inbound"]', '"exhausted":["mutual"]'),
    'line 2: TrafficBlocked inbound of acme, sequence 1: its exhausted is ["mutual"], and should be ["inbound"]',
  ],
  [
    'what a block does to calls, which used to go unnoticed',
    () => changed(2, '"exhausted":["inbound"]', '"callsInProgress":"cut-now","exhausted":["inbound"]'),
    'line 2: TrafficBlocked inbound of acme, sequence 1: its callsInProgress is cut-now, and should be missing',
  ],
  [
    'the id of a command',
    () => changed(2, '583c115f', '583c115e'),
    'line 2: TrafficBlocked inbound of acme, sequence 1: its event id is 583c115e-',
  ],
  ['a rule to none', () => changed(18, '["inbound","outbound"]', '["inbound","inbound"]'), 'line 18: {"balances":'],
  ['a payment left out', () => without(6), 'line 6: TrafficUnblocked inbound of acme, sequence 2 was decided, and no'],
])('%s that was changed breaks a rule', async (_, tampered, finding) => {
  expect(await found(tampered())).toContainEqual(expect.stringContaining(finding));
});

test('a block that was never decided is found, once it can no longer be on its way', async () => {
  const undecided = lines.slice(0, 11);
  expect(await found(undecided)).toEqual([]);
  const later = (lines[12] ?? '').replaceAll('2026-11-27T11:44', '2026-11-27T11:46');
  expect(await found([...undecided, later])).toEqual([
    'line 11: TrafficBlocked inbound of acme was due, and was never decided',
  ]);
});

test.each<[what: string, data: object, findings: string[]]>([
  ['a command that was decided', { accountId: 'acme', sequence: 1 }, []],
  [
    'one that was not',
    { accountId: 'acme', sequence: 99 },
    [`line ${String(lines.length + 1)}: switch-edge acknowledges command 99 of acme, which was never decided`],
  ],
])('a switch may acknowledge only what was decided: %s', async (_what, data, findings) => {
  const event = { stream: 'switch-edge', revision: 0, eventId: 'e', type: 'CommandAcknowledged' };
  const recordedAt = '2026-01-31T12:00:00.000Z';
  expect(
    await found([...lines, JSON.stringify({ ...event, recordedAt, data: { switchId: 'edge', ...data } })]),
  ).toEqual(findings);
});
