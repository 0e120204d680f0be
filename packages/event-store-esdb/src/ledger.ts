import { randomBytes, randomUUID } from 'node:crypto';
import { LogDamaged } from '@tollgate/event-store';
import { failureOf } from './failure';
import type { Store } from './store';

/** Whose log this is: random, of the first event of its streams. */
export type Ledger = { ledger: string; seed: Uint8Array };

const type = 'LedgerNamed';

/** Another ledger's streams, or somebody else's, stand where this one's would be. */
export class ForeignLedger extends Error {
  override readonly name = 'ForeignLedger';
  readonly retriable = false;
}

/**
 * The ledger that the stream names; it is named where there is nothing yet, by whoever is first. Throws `ForeignLedger` where it is not
 * the expected one, or no ledger's at all.
 */
export const openLedger = async (store: Store, stream: string, expected: string | undefined): Promise<Ledger> => {
  const known = await read(store, stream);
  const named = known ?? (await nameLedger(store, stream, expected ?? randomUUID()));
  if (expected !== undefined && named.ledger !== expected)
    throw new ForeignLedger(
      `${stream} names the ledger ${named.ledger}, not ${expected}: set EVENTSTORE_STREAM_PREFIX to this one's`,
    );
  return named;
};

const nameLedger = async (store: Store, stream: string, ledger: string): Promise<Ledger> => {
  const data = { ledger, seed: randomBytes(16).toString('hex') };
  const event = {
    id: randomUUID(),
    contentType: 'application/json' as const,
    type,
    data,
    metadata: { version: 1, metadata: {} },
  };
  await store.append(stream, [{ event, sizeBytes: 0 }], 'no_stream').catch(onlyConflict);
  const named = await read(store, stream);
  if (named === undefined)
    throw new LogDamaged(`${stream} was written and cannot be read: its history is cut in the store`);
  return named;
};

const read = async (store: Store, stream: string): Promise<Ledger | undefined> => {
  const [event] = (await store.readStream(stream, { from: 0, limit: 1 })) ?? [];
  if (event === undefined) return undefined;
  if (event.revision !== 0n) throw new LogDamaged(`the history of ${stream} is cut in the store`);
  const { ledger, seed } = event.data as { ledger?: unknown; seed?: unknown };
  if (event.type !== type || typeof ledger !== 'string' || typeof seed !== 'string' || !/^[0-9a-f]{32}$/.test(seed))
    throw new ForeignLedger(`${stream} was not written by Tollgate: set EVENTSTORE_STREAM_PREFIX to another`);
  return { ledger, seed: Buffer.from(seed, 'hex') };
};

/** Somebody else was first. */
const onlyConflict = (error: unknown): void => {
  if (failureOf(error) !== 'conflict') throw error;
};
