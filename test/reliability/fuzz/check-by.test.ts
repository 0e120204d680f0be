import { checkBy, claimedIn } from './check-by';
import { event, faultsOf, opening, payment, told } from './check-log.fixture';

const receivedAt = '2026-01-31T12:00:00.000Z';
const kafka = { topic: 'tollgate.payments.v1', partition: 3 };
const claimed = { file: 'march.csv' };
const byHttp = { channel: { http: 'run-7' }, claimed: { ...claimed, line: 4 } };
const byKafka = { channel: { kafka: { ...kafka, offset: '12' } } };
const events = [
  {
    ...event(1, 'AccountOpened', opening),
    metadata: { source: { receivedAt, channel: { http: 'run-7' }, claimed }, line: 4 },
  },
  { ...event(2, 'PaymentRecorded', payment), metadata: { source: { receivedAt, channel: { kafka } }, offset: '12' } },
];
const served = events.map(({ metadata: _metadata, position, ...item }, index) => ({
  ...{ ...item, position: String(position), by: index === 0 ? byHttp : byKafka },
}));
const message = (changes: object = {}) => ({
  ...{ topic: 'payments.v1', partition: 3, offset: '12', value: Buffer.from(JSON.stringify(payment)), since: 0 },
  ...changes,
});

type Seen = { items?: object[]; sent?: ReturnType<typeof message>[]; by?: object };
const faults = ({ items = served, sent = [message()], by = byHttp }: Seen = {}): string[] =>
  faultsOf((report) => {
    report.acknowledge(told(1, { type: 'AccountOpened', data: opening }, { by }));
    checkBy({ events, served: items, sent }, report);
  });

const withBy = (place: number, by: object | undefined): object[] =>
  served.map((item, index) => (index === place ? { ...item, by } : item));

test('what came as it is served passes', () => {
  expect(faults()).toEqual([]);
});

test.each([
  ['served with another request-id', { items: withBy(0, { ...byHttp, channel: { http: 'run-8' } }) }],
  ['served without what was claimed', { items: withBy(0, { channel: byHttp.channel }) }],
  ['served without it', { items: withBy(1, undefined) }],
  ['acknowledged under another request-id', { by: { ...byHttp, channel: { http: 'run-8' } } }],
  ['claimed to stand on another line', { by: { ...byHttp, claimed: { ...claimed, line: 5 } } }],
  ['of a message that was never sent', { sent: [] }],
  ['of a message that says something else', { sent: [message({ value: Buffer.from('{}') })] }],
  ['of a message on another topic', { sent: [message({ topic: 'usage.v1' })] }],
])('sees what is %s', (_what, wrong) => {
  expect(faults(wrong)).toEqual([expect.stringMatching(/^by of [12], /)]);
});

test('headers claim a file, a line that counts on in a batch, and an actor; or nothing', () => {
  const headers: [string, string][] = [
    ['content-type', 'application/json'],
    ['tollgate-file', 'a%20b.csv'],
    ['tollgate-line', '7'],
    ['tollgate-actor', 'al'],
  ];
  expect(claimedIn(headers, 2)).toEqual({ file: 'a b.csv', line: 9, actor: 'al' });
  expect(claimedIn(headers.slice(0, 1))).toBeUndefined();
});
