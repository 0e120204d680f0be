import { findingsOf, lines, textOf, verified } from './example.fixture';

/** Nobody signed it: only the rules can tell. */
const found = async (tampered: readonly string[]): Promise<string[]> =>
  findingsOf(await verified(textOf(tampered), { checkpoints: {} }));

const changed = (number: number, from: string, to: string): string[] => {
  const line = lines[number - 1] ?? '';
  expect(line).toContain(from);
  return lines.with(number - 1, line.replace(from, to));
};
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
    'the id of a command',
    () => changed(2, '583c115f', '583c115e'),
    'line 2: TrafficBlocked inbound of acme, sequence 1: its event id is 583c115e-',
  ],
  [
    'what a reversal takes back',
    () =>
      changed(
        16,
        '"reversed":{"direction":"inbound","amount":"99.9999999999"}',
        '"reversed":{"direction":"inbound","amount":"9"}',
      ),
    'line 16: usage c-1 of acme was 99.9999999999 inbound; its reversal says {"direction":"inbound","amount":"9"}',
  ],
  [
    'what is reversed',
    () => changed(16, '"id":"c-1"', '"id":"c-9"'),
    'line 16: usage c-9 of acme is reversed, and was never recorded',
  ],
  ['a currency', () => changed(6, '"currency":"EUR"', '"currency":"USD"'), 'line 6: payment p-1 of acme is in USD'],
  ['an id to one that was used', () => changed(11, '"c-3"', '"c-1"'), 'line 11: usage c-1 of acme counts twice'],
  [
    'an amount to none',
    () => changed(6, '"amount":"100"', '"amount":"1e2"'),
    'line 6: PaymentRecorded: 1e2 is no amount',
  ],
  [
    'a payment to a negative one',
    () => changed(6, '"amount":"100"', '"amount":"-1"'),
    'line 6: PaymentRecorded: -1 is no',
  ],
  [
    'the account',
    () => changed(6, '"accountId":"acme"', '"accountId":"globex"'),
    'line 6: PaymentRecorded of globex stands in account-acme',
  ],
  ['a type', () => changed(6, 'PaymentRecorded', 'PaymentRecordee'), 'line 6: PaymentRecordee does not belong into'],
  [
    'a type to a word of the language',
    () => changed(6, 'PaymentRecorded', 'constructor'),
    'line 6: constructor does not',
  ],
  [
    'a stream',
    () => changed(6, '"stream":"account-acme"', '"stream":"other-acme"'),
    'line 6: PaymentRecorded does not',
  ],
  ['a rule to none', () => changed(18, '["inbound","outbound"]', '["inbound","inbound"]'), 'line 18: {"balances":'],
  ['a payment left out', () => without(6), 'line 6: TrafficUnblocked inbound of acme, sequence 2 was decided, and no'],
  ['an account left out', () => without(5), 'line 17: account-initech goes on with revision 1 after -1'],
  ['a line of no JSON', () => lines.with(4, '{'), 'line 5: it is no JSON'],
  ['a line of no event', () => lines.with(4, '[]'), 'line 5: it is no event'],
  ['a line that lacks a part', () => changed(5, '"eventId"', '"eventid"'), 'line 5: stream, revision, eventId'],
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
