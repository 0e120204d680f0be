import { noStream } from '@tollgate/event-store';

/** What the streams of one ledger are called in a store that holds others beside them. */
export type StoreNames = {
  /** Of the first event there, which names the ledger. */
  readonly ledger: string;
  of(stream: string): string;
  /** The stream of the log that is called so; absent for what is none of it. */
  streamOf(name: string): string | undefined;
};

/** A hyphen at its end and nowhere else: so no ledger's streams begin like those of another. */
const prefixPattern = /^[A-Za-z0-9._]{1,64}-$/;

export const createStoreNames = (prefix: string): StoreNames => {
  if (!prefixPattern.test(prefix))
    throw new Error(
      `the prefix of streams must be 1 to 64 letters, digits, dots and underscores with one hyphen at the end, not "${prefix}"`,
    );
  const ledger = `${prefix}ledger`;
  return {
    ledger,
    of: (stream) => prefix + stream,
    streamOf: (name) => (name.startsWith(prefix) && name !== ledger ? name.slice(prefix.length) : undefined),
  };
};

/** As the store expects it. Only these two make it recognise what it has recorded already, whatever happened since. */
export const storeRevision = (expectedRevision: number): bigint | 'no_stream' =>
  expectedRevision === noStream ? 'no_stream' : BigInt(expectedRevision);
