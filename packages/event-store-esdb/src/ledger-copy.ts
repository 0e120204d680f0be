import type { Position } from '@tollgate/event-store';
import { followStore } from './follow';
import { ForeignLedger, ledgerEvent, nameLedger, readLedger, requireLedger } from './ledger';
import type { KnownLedger } from './ledger';
import type { OpenStore } from './open-store';

/**
 * The ledger of a store that is a copy of another log's, or becomes one where nothing stands under its prefix yet. Throws
 * `ForeignLedger`.
 */
export const openCopiedLedger = async (opened: OpenStore, ledger: string): Promise<KnownLedger> => {
  const { store, names } = opened;
  const known = (await readLedger(store, names.ledger)) ?? (await beginAnew(opened, ledger));
  requireLedger(names.ledger, known.ledger, ledger);
  return known;
};

/** It is never seen without the mark that it is unfinished. */
const beginAnew = async (opened: OpenStore, ledger: string): Promise<KnownLedger> => {
  const { store, names } = opened;
  const end = await store.last();
  if (end !== undefined) await requireNothing(opened, end);
  return nameLedger(store, names.ledger, { ledger, more: [ledgerEvent('CopyBegun', {})] });
};

const requireNothing = async ({ store, names, timing }: OpenStore, end: Position): Promise<void> => {
  const ending = new AbortController();
  const selection = { after: undefined, prefixes: [names.of('')], maxEvents: 1, signal: ending.signal };
  for await (const { events, position, isCaughtUp } of followStore({ store, timing }, selection)) {
    const [event] = events;
    if (event !== undefined)
      throw new ForeignLedger(
        `the store has a stream ${event.streamId}, and no ledger whose it is: set the prefix of streams to another`,
      );
    if (isCaughtUp || position >= end) return;
  }
};
