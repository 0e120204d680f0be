import { directions } from '@tollgate/balance';
import type { Balance, Direction } from '@tollgate/balance';
import type { Position } from '@tollgate/event-store';
import type { ProjectionStore } from '@tollgate/projection-store';
import { decodePartner, encodePartner } from './partner';
import type { Partner } from './partner';

/** One direction that is blocked now, since when, by which decision and for which balances. */
export type Blocked = {
  accountId: string;
  direction: Direction;
  since: string;
  sequence: number;
  exhausted: readonly Balance[];
};

export type Page<Item> = { items: Item[]; next: string | null };

/** Lists are in key order; `after` is exclusive, and `next` is the `after` of the following page, null on the last. */
type PageRequest = { after?: string | undefined; limit: number };

/** The partners that changed and, among them, those about whose traffic something was decided. */
type PartnerChanges = { changed: Iterable<Partner>; decided: Iterable<Partner>; position: Position };

/** What may be asked of the present state. The balance projector writes it, the query API reads it. */
export type ReadModels = {
  partner(accountId: string): Partner | undefined;
  partners(request: PageRequest): Promise<Page<Partner>>;
  /** Keys are `accountId/direction`. */
  blocked(request: PageRequest): Promise<Page<Blocked>>;
  /** How far the log is in; absent before the first event. */
  position(): Position | undefined;
  /** Stores what changed and the position it brings the models to: all of it, or nothing. */
  apply(changes: PartnerChanges): Promise<void>;
  close(): Promise<void>;
};

/** Read models on this machine, one process at a time. */
export const createReadModels = (store: ProjectionStore): ReadModels => ({
  partner: (accountId) => {
    const text = store.get(partnerPrefix + accountId);
    return text === undefined ? undefined : decodePartner(text);
  },
  partners: (request) => readPage(store, partnerPrefix, { ...request, toItem: decodePartner }),
  blocked: (request) => readPage(store, blockedPrefix, { ...request, toItem: (text) => JSON.parse(text) as Blocked }),
  position: () => store.position(),
  apply: async ({ changed, decided, position }) => {
    const puts: [string, string | (() => string)][] = [];
    const removes: string[] = [];
    for (const partner of changed) puts.push([partnerPrefix + partner.account.accountId, () => encodePartner(partner)]);
    for (const partner of decided)
      for (const direction of directions) {
        const entry = blockedEntry(partner, direction);
        if (entry === undefined) removes.push(blockedKey(partner, direction));
        else puts.push(entry);
      }
    await store.commit({ puts, removes, position });
  },
  close: () => store.close(),
});

const partnerPrefix = 'account ';
const blockedPrefix = 'blocked ';

const blockedKey = ({ account }: Partner, direction: Direction): string =>
  `${blockedPrefix}${account.accountId}/${direction}`;

const blockedEntry = (partner: Partner, direction: Direction): [string, string] | undefined => {
  const { state, since, sequence, exhausted } = partner.traffic[direction];
  if (state === 'open' || since === undefined || sequence === undefined) return undefined;
  const { accountId } = partner.account;
  const blocked: Blocked = { accountId, direction, since, sequence, exhausted: exhausted ?? [] };
  return [blockedKey(partner, direction), JSON.stringify(blocked)];
};

const readPage = async <Item>(
  store: ProjectionStore,
  prefix: string,
  { after, limit, toItem }: PageRequest & { toItem(text: string): Item },
): Promise<Page<Item>> => {
  const items: Item[] = [];
  let lastKey: string | undefined;
  for await (const [key, text] of store.list({ prefix, after, limit: limit + 1 })) {
    if (items.length === limit) return { items, next: lastKey ?? null };
    lastKey = key.slice(prefix.length);
    items.push(toItem(text));
  }
  return { items, next: null };
};
