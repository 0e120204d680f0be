import type { AuditedEvent } from './audited-events';
import { createTrialBalance } from './trial-balance';
import type { Period, TrialBalance } from './trial-balance';

let revision = -1;
beforeEach(() => {
  revision = -1;
});

const event = (type: string, data: object, recordedAt = '2026-01-31T12:00:00.000Z'): AuditedEvent => ({
  ...{ stream: 'account-acme', revision: (revision += 1), eventId: String(revision), type, recordedAt },
  data: { accountId: 'acme', ...data },
});
const opening = () => event('AccountOpened', { currency: 'EUR' }, '2026-01-01T00:00:00.000Z');
const payment = (id: string, amount: string, at?: string) =>
  event('PaymentRecorded', { paymentId: id, direction: 'inbound', amount, currency: 'EUR' }, at);
const usage = (id: string, amount: string, at?: string) =>
  event('UsageCharged', { usageId: id, direction: 'inbound', amount, currency: 'EUR' }, at);
const adjustment = (id: string, amount: string) =>
  event('BalanceAdjusted', { adjustmentId: id, direction: 'inbound', amount, currency: 'EUR' });
const reversal = (kind: string, id: string, at?: string) =>
  event('EntryReversed', { reversalId: `r-${id}`, of: { kind, id } }, at);

const balanced = (events: readonly AuditedEvent[], period: Period = {}): TrialBalance => {
  const trial = createTrialBalance(period);
  for (const event of events) trial.apply(event);
  return trial.result();
};

test('opening + payments − usage + adjustments is the closing balance; a reversal lowers what it takes back', () => {
  const events = [opening(), payment('p', '100'), usage('u', '0.5'), usage('v', '7'), adjustment('a', '-3')];
  const { accounts, totals, differences } = balanced([...events, reversal('usage', 'v')]);
  const row = { direction: 'inbound', currency: 'EUR', opening: '0', payments: '100', usage: '0.5' };
  expect(accounts[0]).toEqual({ accountId: 'acme', ...row, adjustments: '-3', closing: '96.5' });
  expect(totals[0]).toEqual({ ...row, adjustments: '-3', closing: '96.5' });
  expect(differences).toEqual([]);
});

test('a period opens with all that was recorded before it and ends before its end, both instants exclusive of the other', () => {
  const [from, to] = ['2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'];
  const events = [opening(), payment('p', '100'), usage('u', '1', from), payment('q', '50', to)];
  const { accounts, differences, ...rest } = balanced(events, { from, to });
  expect(accounts[0]).toMatchObject({ opening: '100', payments: '0', usage: '1', closing: '99' });
  expect([rest.events, differences]).toEqual([3, []]);
});

test('an end between two milliseconds leaves in what was recorded at the first: it used to be left out', () => {
  const at = '2026-02-01T00:00:00.000Z';
  const events = [opening(), payment('p', '100', at)];
  const between = '2026-02-01T00:00:00.000000001Z';
  expect(balanced(events, { to: between }).accounts[0]).toMatchObject({ payments: '100', closing: '100' });
  expect(balanced(events, { from: between }).accounts[0]).toMatchObject({ opening: '100', payments: '0' });
  expect(balanced(events, { to: at.replace('Z', '+00:00') }).accounts[0]).toMatchObject({ closing: '0' });
});

test('a reversal counts in the period in which it was recorded, whenever what it takes back was', () => {
  const later = '2026-02-02T00:00:00.000Z';
  const events = [opening(), usage('u', '10'), reversal('usage', 'u', later)];
  const { accounts } = balanced(events, { from: '2026-02-01T00:00:00.000Z' });
  expect(accounts[0]).toMatchObject({ opening: '-10', usage: '-10', closing: '0' });
});

test.each<[string, () => AuditedEvent[], RegExp]>([
  [
    'a payment that counts twice',
    () => [opening(), payment('p', '1'), payment('p', '1')],
    /revision 2: .*counts twice/,
  ],
  ['a reversal of nothing', () => [opening(), reversal('payment', 'x')], /revision 1: payment x.* was never recorded/],
  ['an amount that is none', () => [opening(), payment('p', '1e3')], /revision 1: .*1e3/],
  ['an account that was never opened', () => [payment('p', '1')], /acme was never opened/],
])('%s is a difference that names its event', (_name, events, what) => {
  expect(balanced(events()).differences.join('\n')).toMatch(what);
});

test('a place in the log is an end too: what is up to it is the opening, or counts', () => {
  const trial = createTrialBalance({ from: { after: 2n }, to: { after: 3n } });
  [opening(), payment('p', '100'), usage('u', '1'), usage('v', '5')].forEach((one, index) => {
    trial.apply(one, BigInt(index + 1));
  });
  expect(trial.result().accounts[0]).toMatchObject({ opening: '100', usage: '1', closing: '99' });
});
