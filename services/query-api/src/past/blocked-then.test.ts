import type { Partner } from '@tollgate/account-table';
import { blockedThen } from './blocked-then';

const since = '2026-01-31T12:00:00.000Z';
const accounts = ['a', 'b', 'b-c', 'd', 'e'];
const blocked: Record<string, ('inbound' | 'outbound')[]> = {
  a: ['inbound', 'outbound'],
  'b-c': ['outbound'],
  e: ['inbound'],
};

const statusOf = (accountId: string, direction: 'inbound' | 'outbound') =>
  (blocked[accountId] ?? []).includes(direction)
    ? ({ state: 'blocked', since, sequence: 1, exhausted: [direction] } as const)
    : ({ state: 'open' } as const);

const parts = {
  table: {
    partners: ({ after = '', limit }: { after?: string | undefined; limit: number }) => {
      const later = accounts.filter((accountId) => accountId > after);
      const items = later.slice(0, limit).map((accountId) => ({ account: { accountId } }) as Partner);
      return { items, next: later.length > limit ? (items.at(-1)?.account.accountId ?? null) : null };
    },
    revisionOf: (stream: string) => (stream === 'cutoff-d' ? -1 : 0),
  },
  traffic: (accountId: string) =>
    Promise.resolve({ inbound: statusOf(accountId, 'inbound'), outbound: statusOf(accountId, 'outbound') }),
};

const limits = [1, 2, 3, 100];

test.each(limits.flatMap((limit) => [true, false].map((isLate) => ({ limit, isLate }))))(
  'pages of $limit have everybody who was blocked once, and never more than asked for (late: $isLate)',
  async ({ limit, isLate }) => {
    const keys: string[] = [];
    for (let after: string | undefined, pages = 0; pages < 20; pages += 1) {
      const { items, next } = await blockedThen({ ...parts, isLate: () => isLate }, { after, limit });
      expect(items.length).toBeLessThanOrEqual(limit);
      keys.push(...items.map(({ accountId, direction }) => `${accountId}/${direction}`));
      if (next === null) break;
      after = next;
    }
    expect(keys).toEqual(['a/inbound', 'a/outbound', 'b-c/outbound', 'e/inbound']);
  },
);
