import { adjustment, opening, payment, reversal, statementOf, usage } from './account.fixture';
import { daysIn } from './days';

const [january, february, march] = ['2026-01-15T00:00:00Z', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'];
const to = (prefix: string): object => ({ attributes: { prefix } });

test('opening, entries with the balance after each, subtotals by prefix and by day, closing', async () => {
  const { parts, ...about } = await statementOf(
    [
      opening,
      payment('p', '100', { at: january }),
      usage('u', '0.5', { at: february, ...to('49'), endedAt: '2026-02-02T10:00:00Z' }),
      usage('v', '7', { at: february, ...to('44') }),
      usage('w', '1.25', { at: february }),
      adjustment('a', '-3', { at: february }),
      reversal('r', { kind: 'usage', id: 'v' }, { at: february }),
      payment('q', '1', { at: march }),
    ],
    { from: february, to: march },
  );
  expect(about).toEqual({ accountId: 'acme', name: 'Acme', currency: 'EUR', zone: 'UTC', from: february, to: march });
  const [inbound, outbound] = parts;
  expect(inbound).toMatchObject({ opening: '100', payments: '0', usage: '1.75', adjustments: '-3', closing: '95.25' });
  expect(inbound?.entries.map(({ kind, id, effect, balance }) => [kind, id, effect, balance])).toEqual([
    ['usage', 'u', '-0.5', '99.5'],
    ['usage', 'v', '-7', '92.5'],
    ['usage', 'w', '-1.25', '91.25'],
    ['adjustment', 'a', '-3', '88.25'],
    ['reversal', 'r', '7', '95.25'],
  ]);
  expect(inbound?.prefixes).toEqual([
    { prefix: '44', calls: 0, usage: '0' },
    { prefix: '49', calls: 1, usage: '0.5' },
    { calls: 1, usage: '1.25' },
  ]);
  expect(inbound?.days).toEqual([
    { day: '2026-02-01', payments: '0', usage: '1.25', adjustments: '-3', change: '-4.25' },
    { day: '2026-02-02', payments: '0', usage: '0.5', adjustments: '0', change: '-0.5' },
  ]);
  expect(outbound).toMatchObject({ opening: '0', closing: '0', entries: [], prefixes: [], days: [] });
});

test('what happened before the period and was recorded in it is late; a first statement has nothing late', async () => {
  const told = [opening, usage('u', '1', { at: february, startedAt: january }), usage('v', '1', { at: february })];
  const late = async (from?: string) =>
    (await statementOf(told, { from })).parts[0]?.entries.map(({ id, isLate }) => [id, isLate]);
  expect(await late(february)).toEqual([
    ['u', true],
    ['v', false],
  ]);
  expect(await late()).toEqual([
    ['u', false],
    ['v', false],
  ]);
});

test('a day is one of the zone, also where a clock is put on', async () => {
  const at = (time: string, zone: string): string => daysIn(zone).dayOf(time);
  expect(at('2026-01-31T23:00:00Z', 'Europe/Berlin')).toBe('2026-02-01');
  expect(at('2026-06-30T22:00:00.123456789Z', 'Europe/Berlin')).toBe('2026-07-01');
  expect(at('2026-03-29T22:00:00Z', 'Europe/Berlin')).toBe('2026-03-30');
  expect(at('2026-01-01T04:59:59+00:00', 'America/New_York')).toBe('2025-12-31');
  const told = [opening, usage('u', '1', { at: '2026-01-31T23:30:00Z' })];
  expect((await statementOf(told, { days: daysIn('Europe/Berlin') })).parts[0]?.days[0]?.day).toBe('2026-02-01');
});

test.each(['Europe/Atlantis', '+01:00', '', 'Berlin'])('%j is no zone, and is refused by its name', (zone) => {
  expect(() => daysIn(zone)).toThrow(`${JSON.stringify(zone)} is no time zone`);
});

test('an account that is not there has no statement', async () => {
  await expect(statementOf([])).rejects.toThrow('account acme is not there');
});

const none = { opening: '0', payments: '0', usage: '0', adjustments: '0', closing: '0' };
const closing = { statementId: '2026-01', to: february, throughRevision: 1 };
const figures = { inbound: { ...none, payments: '100', closing: '100' }, outbound: none };

test('a closed statement is printed as it was closed, whatever came since', async () => {
  const closed = { type: 'StatementClosed', data: { ...closing, figures }, at: february };
  const told = [opening, payment('p', '100', { at: january }), closed, payment('q', '1', { at: march })];
  const { parts, to: end } = await statementOf(told, { statementId: '2026-01' });
  expect([end, parts[0]?.entries.map(({ id }) => id), parts[0]?.closing]).toEqual([february, ['p'], '100']);
});

test.each([
  ['a figure', { figures: { ...figures, outbound: { ...none, usage: '1' } } }, 'usage outbound is 1, and sums to 0'],
  ['where it begins', { from: january }, `it begins ${january}, and the one before ends never`],
  ['where it ends', { to: january }, `it ends ${january}, and payment p was recorded ${january}`],
])('a closed statement is not printed where %s is not as its entries say', async (_what, changes, why) => {
  const closed = { type: 'StatementClosed', data: { ...closing, figures, ...changes }, at: february };
  const told = [opening, payment('p', '100', { at: january }), closed];
  await expect(statementOf(told, { statementId: '2026-01' })).rejects.toThrow(why);
});
