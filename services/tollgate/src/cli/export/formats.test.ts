import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { printingOf } from './formats';
import type { TextFormat } from './formats';

const source = { receivedAt: '2026-01-31T12:00:00.000Z' };
const at = (revision: number, event: LogEvent): RecordedEvent<LogEvent> => ({
  ...event,
  ...{ stream: 'account-a.b', revision, position: BigInt(revision), eventId: `e${String(revision)}` },
  recordedAt: '2026-02-01T00:00:00.000Z',
});
const about = { accountId: 'a.b', currency: 'EUR' };
const events = [
  at(0, { type: 'AccountOpened', data: about, metadata: { source } }),
  at(1, {
    type: 'UsageCharged',
    data: { usageId: 'c;"1', ...about, direction: 'inbound', amount: '1.50', caller: '+49 1, "x"\n', callee: '' },
    metadata: { source },
  }),
  at(2, {
    type: 'EntryReversed',
    data: { reversalId: 'r', accountId: 'a.b', of: { kind: 'usage', id: 'c;"1' }, reason: 'twice', actor: 'ann' },
    metadata: { source, reversed: { direction: 'inbound', amount: '1.50' } },
  }),
];

const printed = (format: TextFormat): string => {
  const { head, print } = printingOf(format);
  return head + events.map(print).join('');
};

test('csv: amounts as they came, effects signed, texts quoted so that they come back as they were', () => {
  const [head, usage, reversal] = [
    printed('csv').split('\n')[0],
    ...printed('csv')
      .split(/\n(?=a\.b,)/)
      .slice(1),
  ];
  expect(head).toMatch(/^account_id,revision,event_id,kind,id,direction,currency,amount,effect,/);
  expect(usage).toMatch(/^a\.b,1,e1,usage,"c;""1",inbound,EUR,1\.50,-1\.5,,,.*,"\+49 1, ""x""\n","",/);
  expect(reversal).toMatch(/^a\.b,2,e2,reversal,r,inbound,EUR,1\.50,1\.5,usage,"c;""1",/);
});

test('csv: a number that is sealed is not there, and the last column says why', () => {
  const data = { usageId: 'c', ...about, direction: 'inbound', amount: '1', caller: 'c2VhbGVk' } as const;
  const sealed = at(1, { type: 'UsageCharged', data, metadata: { source, sealed: '2026-01/0123456789abcdef' } });
  const { head, print } = printingOf('csv');
  const rows = [events[0], sealed].flatMap((event) => event ?? []).map(print);
  expect(head).toMatch(/,actor,numbers\n$/);
  expect(rows.join('')).toMatch(/^a\.b,1,e1,usage,c,.*,sealed\n$/);
  expect(rows.join('')).not.toContain('c2VhbGVk');
});

test('hledger: an id cannot begin a comment; a reversal stands against what it takes back', () => {
  expect(printed('hledger')).toBe(`decimal-mark .

2026-02-01 usage c%3B%221  ; event:e1
    Assets:Xa-db:Inbound  EUR -1.5
    Equity:Xa-db:Inbound:Usage  EUR 1.5

2026-02-01 reversal r  ; event:e2
    Assets:Xa-db:Inbound  EUR 1.5
    Equity:Xa-db:Inbound:Usage  EUR -1.5
`);
});

test('beancount: every account is opened before the first transaction, and no id ends its quotes', () => {
  const text = printed('beancount');
  expect(text.match(/^1970-01-01 open \S+ EUR$/gm)).toHaveLength(8);
  expect(text).toContain('2026-02-01 * "usage" "c;\\"1"\n  event: "e1"\n  Assets:Xa-db:Inbound  -1.5 EUR\n');
});
