import { LRUCache } from 'lru-cache';
import { restoreAccount, storeAccount, unjudged } from '@tollgate/balance';
import type { Judgement, StoredAccount } from '@tollgate/balance';
import type { Position } from '@tollgate/event-store';
import type { ProjectionStore } from '@tollgate/projection-store';

/** How each account stood when it was last judged, and how far the log has been judged. */
export type JudgementStore = {
  get(accountId: string): Judgement;
  commit(changed: ReadonlyMap<string, Judgement>, position: Position): Promise<void>;
  position(): Position | undefined;
};

const cachedJudgements = 20_000;

export const createJudgementStore = (store: ProjectionStore): JudgementStore => {
  const cache = new LRUCache<string, Judgement>({ max: cachedJudgements });
  return {
    get: (accountId) => {
      const cached = cache.get(accountId);
      if (cached !== undefined) return cached;
      const text = store.get(key(accountId));
      return text === undefined ? unjudged : decode(text);
    },
    commit: async (changed, position) => {
      const puts = [...changed].map(([accountId, judgement]) => [key(accountId), () => encode(judgement)] as const);
      try {
        await store.commit({ puts, position });
      } catch (error) {
        // Taken or not: only the store knows.
        for (const accountId of changed.keys()) cache.delete(accountId);
        throw error;
      }
      for (const [accountId, judgement] of changed) cache.set(accountId, judgement);
    },
    position: () => store.position(),
  };
};

const key = (accountId: string): string => `account ${accountId}`;

type StoredJudgement = Omit<Judgement, 'account'> & { account: StoredAccount | null };

const encode = ({ account, ...rest }: Judgement): string =>
  JSON.stringify({ account: account === undefined ? null : storeAccount(account), ...rest } satisfies StoredJudgement);

const decode = (text: string): Judgement => {
  const { account, ...rest } = JSON.parse(text) as StoredJudgement;
  return { account: account === null ? undefined : restoreAccount(account), ...rest };
};
