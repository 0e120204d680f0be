import { noStream } from '@tollgate/event-store';
import { directions } from '@tollgate/balance';
import type { Direction } from '@tollgate/balance';
import type { AccountTable, Page, PageRequest, Partner } from '@tollgate/account-table';
import { cutoffStream } from '@tollgate/contracts';
import type { BlockedView } from '@tollgate/contracts';

type Parts = {
  table: Pick<AccountTable, 'partners' | 'revisionOf'>;
  /** Of an account, as it was. */
  traffic(accountId: string): Promise<Partner['traffic']>;
  /** Whether the answer has taken long enough: what is looked at is its last. */
  isLate(): boolean;
};

type Key = { accountId: string; direction: Direction };
type Known = { accountId: string; traffic: Partner['traffic'] };

/**
 * Who was blocked, account by account in the order of their ids. A page looks at `limit` accounts at most, and ends where it gets late, so
 * that it may have fewer items than that, or none, and another after it.
 */
export const blockedThen = async (
  { table, traffic, isLate }: Parts,
  { after, limit }: PageRequest,
): Promise<Page<BlockedView>> => {
  const items: BlockedView[] = [];
  const { keys, next } = keysAfter(table, { after, limit });
  let known: Known | undefined;
  for (const { accountId, direction } of keys) {
    if (table.revisionOf(cutoffStream(accountId)) === noStream) continue;
    if (known?.accountId !== accountId) {
      if (known !== undefined && isLate()) return { items, next: keyText({ ...known, direction: 'outbound' }) };
      known = { accountId, traffic: await traffic(accountId) };
    }
    items.push(...blockedIn(known, direction));
    if (items.length === limit) return { items, next: keyText({ accountId, direction }) };
  }
  return { items, next };
};

const blockedIn = ({ accountId, traffic }: Known, direction: Direction): BlockedView[] => {
  const { state, since, sequence, exhausted = [] } = traffic[direction];
  if (state !== 'blocked' || since === undefined || sequence === undefined) return [];
  return [{ accountId, direction, since, sequence, exhausted: [...exhausted] }];
};

/** Both directions of each account, from behind a key on; `next` is the last of them unless there is none after it. */
const keysAfter = (table: Parts['table'], { after = '', limit }: PageRequest): { keys: Key[]; next: string | null } => {
  const [account = '', direction] = after.split('/');
  const { items, next } = table.partners({ after: account === '' ? undefined : account, limit });
  const keys = items.flatMap(({ account: { accountId } }) =>
    directions.map((one): Key => ({ accountId, direction: one })),
  );
  if (direction === 'inbound') keys.unshift({ accountId: account, direction: 'outbound' });
  const last = keys.at(-1);
  return { keys, next: next === null || last === undefined ? null : keyText(last) };
};

const keyText = ({ accountId, direction }: Key): string => `${accountId}/${direction}`;
