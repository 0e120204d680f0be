import { deletedRevision, type RecordedEvent } from './recorded-event';

/** What a stream's newest $metadata event says of how much of it is still shown. */
export type StreamLimits = {
  maxCount?: number;
  maxAgeSeconds?: number;
  truncateBefore?: bigint;
  isSoftDeleted: boolean;
};

type StoredLimits = { $maxCount?: number; $maxAge?: number; $tb?: number };

/** Numbers beyond 2^53 lose digits in JSON, as they do in the client: whatever rounds to the mark of a soft delete is one. */
const isDeleteMark = ($tb: number | undefined): boolean => $tb !== undefined && $tb >= Number(deletedRevision);

const noLimits: StreamLimits = { isSoftDeleted: false };

export const limitsOf = (metadata: RecordedEvent | undefined): StreamLimits => {
  if (!metadata?.isJson) return noLimits;
  try {
    const { $maxCount, $maxAge, $tb } = JSON.parse(Buffer.from(metadata.data).toString()) as StoredLimits;
    return {
      ...($maxCount !== undefined && { maxCount: $maxCount }),
      ...($maxAge !== undefined && { maxAgeSeconds: $maxAge }),
      ...($tb !== undefined && { truncateBefore: BigInt($tb) }),
      isSoftDeleted: isDeleteMark($tb),
    };
  } catch {
    return noLimits;
  }
};

/** The first revision that readers are shown, whether or not a scavenge has run. */
export const firstShown = (events: readonly RecordedEvent[], limits: StreamLimits, nowMs: number): bigint => {
  const { maxCount, maxAgeSeconds, truncateBefore = 0n } = limits;
  const counted = maxCount === undefined ? 0n : BigInt(events.length - maxCount);
  const oldestMs = maxAgeSeconds === undefined ? 0 : nowMs - maxAgeSeconds * 1_000;
  const aged = maxAgeSeconds === undefined ? 0 : events.findIndex(({ createdMs }) => createdMs >= oldestMs);
  const young = BigInt(aged === -1 ? events.length : aged);
  return [counted, young, truncateBefore].reduce((most, first) => (first > most ? first : most));
};

/** The metadata a stream has after a soft delete, or after it was written to again. */
export const withTruncateBefore = (metadata: RecordedEvent | undefined, revision: bigint): string => {
  const before = metadata?.isJson ? (JSON.parse(Buffer.from(metadata.data).toString()) as object) : {};
  const others = Object.entries(before).filter(([name]) => name !== '$tb');
  const text = JSON.stringify(Object.fromEntries(others)).slice(1, -1);
  return `{${text}${text && ','}"$tb":${revision}}`;
};
