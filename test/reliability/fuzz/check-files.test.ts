import { Random } from '../random';
import { checkFiles } from './check-files';
import { event, faultsOf, payment } from './check-log.fixture';
import { createFiles } from './file-inputs';
import { halfFault, wholeFault } from './file-side';
import { contentOf } from './meaning';

const receivedAt = '2026-01-31T12:00:00.000Z';
const imported = (data: object, file: string, line: number) => ({
  ...event(2, 'PaymentRecorded', data),
  metadata: { source: { receivedAt, channel: { http: 'run-7' }, claimed: { file } }, line },
});
const faults = (events: object[]): string[] =>
  faultsOf((report) => {
    report.imported.set(`PaymentRecorded ${contentOf(payment)}`, { file: 'a.csv', line: 3 });
    checkFiles(events, report);
  });

test('a record that stands in the log as in its file passes', () => {
  expect(faults([imported(payment, 'a.csv', 3)])).toEqual([]);
});

test.each([
  ['is not there', []],
  ['is there by half', [imported({ ...payment, amount: '1' }, 'a.csv', 3)]],
  ['names another line', [imported(payment, 'a.csv', 4)]],
  ['names another file', [imported(payment, 'b.csv', 3)]],
])('a record that %s is a fault', (_what, events) => {
  expect(faults(events)).toHaveLength(1);
});

test('a half row that was sent, and a whole file that was not, are faults', () => {
  const file = createFiles(new Random(1), ['acme'])(0);
  const cut = { ...file, isCsv: true, isEnded: false, wholeRows: 2 };
  const half = { code: 1, recorded: 2, duplicates: 0, rejected: 0, said: '' };
  expect(halfFault(cut, half)).toBeUndefined();
  expect(halfFault(cut, { ...half, recorded: 3 })).toBeDefined();
  expect(halfFault(cut, { ...half, code: 0 })).toBeDefined();
  const whole = { code: 0, recorded: file.records.length - 2, duplicates: 2, rejected: 0, said: '' };
  expect(wholeFault(file, half, whole)).toBeUndefined();
  expect(wholeFault(file, half, { ...whole, code: 1, rejected: 1 })).toBeDefined();
  expect(wholeFault(file, half, { ...whole, duplicates: 1 })).toBeDefined();
});
