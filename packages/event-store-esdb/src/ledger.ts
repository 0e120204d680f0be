import { randomBytes, randomUUID } from 'node:crypto';
import type { AllStreamRecordedEvent } from '@eventstore/db-client';
import { LogDamaged } from '@tollgate/event-store';
import { failureOf } from './failure';
import type { Store } from './store';
import type { EncodedEvent } from './store-event';

/** Whose log this is: random, of the first event of its streams. */
export type Ledger = { ledger: string; seed: Uint8Array };

/** A ledger as its stream tells of it. */
export type KnownLedger = Ledger & {
  /** Of the last event of that stream. */
  revision: bigint;
  /** It is a copy of another log, and not all of that was found in it yet. */
  isUnfinished: boolean;
};

/** Events of the stream that names the ledger. */
export type LedgerEvent = 'LedgerNamed' | 'CopyBegun' | 'CopyEnded';

/** Another ledger's streams, or somebody else's, stand where this one's would be. */
export class ForeignLedger extends Error {
  override readonly name = 'ForeignLedger';
  readonly retriable = false;
}

/** The streams are a part of a ledger only: nothing may be served from them, or added. */
class UnfinishedCopy extends Error {
  override readonly name = 'UnfinishedCopy';
  readonly retriable = false;
}

/** No ledger has its streams where one must be. */
export class NoLedger extends Error {
  override readonly name = 'NoLedger';
  readonly retriable = false;
}

type Expected = {
  /** The ledger it must be, and is named where it is new. */
  ledger?: string | undefined;
  /** It is not named where there is nothing yet. */
  mustExist?: boolean | undefined;
};

/**
 * The ledger that the stream names; it is named where there is nothing yet, by whoever is first. Throws `ForeignLedger` where it is not
 * the expected one, or no ledger's at all, and `UnfinishedCopy`.
 */
export const openLedger = async (
  store: Store,
  stream: string,
  { ledger: expected, mustExist = false }: Expected,
): Promise<Ledger> => {
  const known = await readLedger(store, stream);
  if (known === undefined && mustExist)
    throw new NoLedger(`there is no ledger in the store whose stream is ${stream}: set the prefix to that of one`);
  const { ledger, seed, isUnfinished } = known ?? (await nameLedger(store, stream, { ledger: expected }));
  if (expected !== undefined) requireLedger(stream, ledger, expected);
  if (isUnfinished)
    throw new UnfinishedCopy(
      `the ledger of ${stream} is a copy that has not come to its end: run "tollgate copy-log" again; or, to begin a new ledger, set EVENTSTORE_STREAM_PREFIX to another`,
    );
  return { ledger, seed };
};

export const requireLedger = (stream: string, ledger: string, expected: string): void => {
  if (ledger !== expected)
    throw new ForeignLedger(
      `${stream} names the ledger ${ledger}, not ${expected}: set EVENTSTORE_STREAM_PREFIX (for copy-log EVENTSTORE_STREAM_PREFIX_TO) to this one's`,
    );
};

/** By whoever is first; with further events in the same append. */
export const nameLedger = async (
  store: Store,
  stream: string,
  { ledger = randomUUID(), more = [] }: { ledger?: string | undefined; more?: readonly EncodedEvent[] },
): Promise<KnownLedger> => {
  const named = ledgerEvent('LedgerNamed', { ledger, seed: randomBytes(16).toString('hex') });
  await store.append(stream, [named, ...more], 'no_stream').catch(onlyConflict);
  const known = await readLedger(store, stream);
  if (known === undefined)
    throw new LogDamaged(`${stream} was written and cannot be read: its history is cut in the store`);
  return known;
};

export const ledgerEvent = (type: LedgerEvent, data: Record<string, unknown>): EncodedEvent => ({
  event: { id: randomUUID(), contentType: 'application/json', type, data, metadata: { version: 1, metadata: {} } },
  sizeBytes: 0,
});

const pageEvents = 1_000;

/** Absent where nothing stands there. Throws `ForeignLedger` where it is no ledger's. */
export const readLedger = async (store: Store, stream: string): Promise<KnownLedger | undefined> => {
  let known: KnownLedger | undefined;
  for (let from = 0; ; from += pageEvents) {
    const events = (await store.readStream(stream, { from, limit: pageEvents })) ?? [];
    for (const event of events) known = known === undefined ? namedBy(stream, event) : after(known, event);
    if (events.length < pageEvents) return known;
  }
};

const namedBy = (stream: string, event: AllStreamRecordedEvent): KnownLedger => {
  if (event.revision !== 0n) throw new LogDamaged(`the history of ${stream} is cut in the store`);
  const { ledger, seed } = event.data as { ledger?: unknown; seed?: unknown };
  const isNamed = event.type === ('LedgerNamed' satisfies LedgerEvent);
  if (!isNamed || typeof ledger !== 'string' || typeof seed !== 'string' || !/^[0-9a-f]{32}$/.test(seed))
    throw new ForeignLedger(`${stream} was not written by Tollgate: set EVENTSTORE_STREAM_PREFIX to another`);
  return { ledger, seed: Buffer.from(seed, 'hex'), revision: event.revision, isUnfinished: false };
};

const after = (known: KnownLedger, { type, revision }: AllStreamRecordedEvent): KnownLedger => ({
  ...known,
  revision,
  isUnfinished: type === ('CopyBegun' satisfies LedgerEvent),
});

/** Somebody else was first. */
const onlyConflict = (error: unknown): void => {
  if (failureOf(error) !== 'conflict') throw error;
};
