import type { AccountTable, Page, PageRequest, Partner } from '@tollgate/account-table';

type Parts = {
  table: Pick<AccountTable, 'partners'>;
  /** An account as it was; absent if it was not open then. */
  partner(accountId: string): Promise<Partner | undefined>;
  /** Whether the answer has taken long enough: the account that is looked at is its last. */
  isLate(): boolean;
};

/**
 * The accounts that were open, in the order of their ids. A page looks at `limit` accounts at most, and ends where it gets late, so that
 * it may have fewer items than that, or none, and another after it.
 */
export const accountsThen = async ({ table, partner, isLate }: Parts, page: PageRequest): Promise<Page<Partner>> => {
  const items: Partner[] = [];
  const { items: now, next } = table.partners(page);
  for (const [index, { account }] of now.entries()) {
    const then = await partner(account.accountId);
    if (then !== undefined) items.push(then);
    if (index < now.length - 1 && isLate()) return { items, next: account.accountId };
  }
  return { items, next };
};
