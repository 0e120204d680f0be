import type { TrafficCommand } from '@tollgate/contracts';
import { accountText } from './account-text';
import { commandText } from './command-text';

const command: TrafficCommand = {
  type: 'BlockTraffic',
  commandId: '00000000-0000-5000-8000-000000000000',
  accountId: 'acme',
  direction: 'inbound',
  sequence: 7,
  exhausted: ['inbound'],
  balances: { inbound: '-0.5', outbound: '0', mutual: '0.5' },
  currency: 'EUR',
  cause: { type: 'UsageCharged', eventId: 'e', stream: 'account-acme', revision: 42 },
  decidedAt: '2026-01-31T12:00:00.000Z',
};

describe('a command on one line', () => {
  test('says when, what, whose traffic, why', () => {
    expect(commandText(command)).toBe(
      '2026-01-31T12:00:00.000Z  BLOCK    acme/inbound #7  exhausted: inbound  (inbound -0.5, outbound 0, mutual (outbound − inbound) 0.5 EUR)  by UsageCharged account-acme@42',
    );
  });

  test.each([
    [{ inbound: '-0.5', outbound: '0', mutual: '-0.5' }, 'mutual (inbound − outbound) -0.5'],
    [{ inbound: '1', outbound: '1', mutual: '0' }, 'mutual 0'],
    [{ inbound: '-9'.padEnd(25, '9'), outbound: '0', mutual: '9'.padEnd(24, '9') }, `mutual ${'9'.repeat(24)}`],
  ])('mutual of %j is shown with the formula that made it', (balances, text) => {
    expect(commandText({ ...command, balances })).toContain(`, ${text} EUR`);
  });
});

test('an account is shown with its rule, and mutual with its formula', () => {
  const totals = { payments: '100', usage: '100.5', adjustments: '0' };
  const text = accountText({
    accountId: 'acme',
    name: 'Acme\u001b[2J',
    currency: 'EUR',
    balances: { inbound: '-0.5', outbound: '0', mutual: '-0.5' },
    totals: { inbound: totals, outbound: { payments: '0', usage: '0', adjustments: '0' } },
    cutoff: {
      balances: ['inbound'],
      creditLimits: { inbound: '0', outbound: '0', mutual: '0' },
      mutualFormula: 'inbound-minus-outbound',
    },
    traffic: {
      inbound: { state: 'blocked', since: '2026-01-31T12:00:00.000Z', sequence: 7 },
      outbound: { state: 'open' },
    },
    revision: 42,
    position: '1289',
  });
  expect(text.split('\n')).toEqual([
    'Account acme (Acme\ufffd[2J), EUR',
    '',
    'Balance                      amount  credit limit  exhausted, it blocks',
    'inbound                        -0.5             0  inbound traffic',
    'outbound                          0             0  –',
    'mutual (inbound − outbound)    -0.5             0  –',
    '',
    'Total     payments  usage  adjustments',
    'inbound        100  100.5            0',
    'outbound         0      0            0',
    '',
    'Traffic   state',
    'inbound   blocked since 2026-01-31T12:00:00.000Z, command 7',
    'outbound  open',
    '',
    'Revision 42, position 1289',
  ]);
});
