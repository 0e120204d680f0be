import type { Partner } from '@tollgate/account-table';
import { accountsThen } from './accounts-then';

const accounts = ['a', 'b', 'c', 'd', 'e'];
const isOpenThen = (accountId: string): boolean => accountId !== 'b' && accountId !== 'e';
const partnerOf = (accountId: string) => ({ account: { accountId } }) as Partner;

const parts = {
  table: {
    partners: ({ after = '', limit }: { after?: string | undefined; limit: number }) => {
      const later = accounts.filter((accountId) => accountId > after);
      const items = later.slice(0, limit).map(partnerOf);
      return { items, next: later.length > limit ? (items.at(-1)?.account.accountId ?? null) : null };
    },
  },
  partner: (accountId: string) => Promise.resolve(isOpenThen(accountId) ? partnerOf(accountId) : undefined),
};

const pagesOf = async (isLate: () => boolean, limit: number): Promise<string[][]> => {
  const pages: string[][] = [];
  for (let after: string | undefined; ;) {
    const { items, next } = await accountsThen({ ...parts, isLate }, { after, limit });
    pages.push(items.map(({ account }) => account.accountId));
    if (next === null) return pages;
    after = next;
  }
};

test('pages have everybody who was open then once', async () => {
  expect(await pagesOf(() => false, 2)).toEqual([['a'], ['c', 'd'], []]);
  expect(await pagesOf(() => false, 100)).toEqual([['a', 'c', 'd']]);
});

test('a page of many long accounts took as long as all of them: it ends where it gets late, and another goes on from there', async () => {
  expect(await pagesOf(() => true, 100)).toEqual([['a'], [], ['c'], ['d'], []]);
  let looked = 0;
  expect(await pagesOf(() => (looked += 1) % 2 === 0, 100)).toEqual([['a'], ['c', 'd'], []]);
});
