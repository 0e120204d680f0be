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
};

type Key = { accountId: string; direction: Direction };

/**
 * Who was blocked, account by account in the order of their ids. A page looks at `limit` accounts at most, so that it may have fewer items
 * than that, or none, and another after it.
 */
export const blockedThen = async (
  { table, traffic }: Parts,
  { after, limit }: PageRequest,
): Promise<Page<BlockedView>> => {
  const items: BlockedView[] = [];
  const { keys, next } = keysAfter(table, { after, limit });
  let known: { accountId: string; traffic: Partner['traffic'] } | undefined;
  for (const { accountId, direction } of keys) {
    if (table.revisionOf(cutoffStream(accountId)) === noStream) continue;
    if (known?.accountId !== accountId) known = { accountId, traffic: await traffic(accountId) };
    const { state, since, sequence, exhausted = [] } = known.traffic[direction];
    if (state !== 'blocked' || since === undefined || sequence === undefined) continue;
    items.push({ accountId, direction, since, sequence, exhausted: [...exhausted] });
    if (items.length === limit) return { items, next: keyText({ accountId, direction }) };
  }
  return { items, next };
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
