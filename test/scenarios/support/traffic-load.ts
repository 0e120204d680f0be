import { postBatch } from './api';
import type { Fields } from './api';

/** Entries of 1 whose ids say who they are: half of them payments, half of them calls, over several accounts. */
export const entriesOf = (accounts: readonly string[], from: number, count: number): Fields[] =>
  Array.from({ length: count }, (_, offset) => {
    const index = from + offset;
    const accountId = accounts[index % accounts.length] ?? '';
    const kind = Math.floor(index / accounts.length) % 2 === 0 ? 'payment' : 'usage';
    return { kind, [`${kind}Id`]: `e${String(index)}`, accountId, direction: 'inbound', amount: '1', currency: 'EUR' };
  });

/** Keeps several connections busy with batches until told to stop or until the server is gone; knows what was acknowledged. */
export const startLoad = (url: string, accounts: readonly string[], firstId = 0) => {
  const acknowledged: Fields[] = [];
  let next = firstId;
  let isStopping = false;
  const batchLines = 20;
  const work = async (): Promise<void> => {
    while (!isStopping) {
      const lines = entriesOf(accounts, next, batchLines);
      next += batchLines;
      try {
        const answers = await postBatch(url, lines);
        acknowledged.push(...lines.filter((_, index) => answers[index]?.['status'] === 201));
      } catch {
        return;
      }
    }
  };
  const working = Promise.all([work(), work(), work(), work()]);
  return {
    acknowledged,
    next: () => next,
    ended: async (): Promise<void> => {
      isStopping = true;
      await working;
    },
  };
};
