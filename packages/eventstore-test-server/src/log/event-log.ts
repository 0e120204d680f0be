import { randomUUID } from 'node:crypto';
import { decideAppend, type ExpectedRevision, type StreamState } from './append-decision';
import { deletedRevision, metastreamOf, type ProposedEvent, type RecordedEvent } from './recorded-event';
import { createRecords, type Records, type RecordsOptions } from './records';
import { firstShown, limitsOf, withTruncateBefore } from './stream-limits';

export type Outcome =
  /**
   * `revision` is -1n for an append of no events to a stream that is not there; `position` is missing where the event is
   * truncated by now.
   */
  | { kind: 'success'; isRetry: boolean; revision: bigint; position: bigint | undefined }
  | { kind: 'wrong expected revision'; current: bigint }
  | { kind: 'deleted' };

/** A soft-deleted stream is not found, like one that never was. */
type ShownStream = { events: readonly RecordedEvent[] } | 'not found' | 'deleted';

export type EventLog = Pick<Records, 'all' | 'indexOf' | 'end'> & {
  append: (stream: string, expected: ExpectedRevision, events: ProposedEvent[]) => Outcome;
  softDelete: (stream: string, expected: ExpectedRevision) => Outcome;
  tombstone: (stream: string, expected: ExpectedRevision) => Outcome;
  /** What readers are shown of a stream now, oldest first. */
  shown: (stream: string) => ShownStream;
  forgetIds: () => void;
};

export const createEventLog = (options: RecordsOptions): EventLog => {
  const records = createRecords(options);
  if (records.all.length === 0) records.write(metastreamOf('$scavenges'), 0n, [systemEvent('$metadata', '{}')]);

  const shown = (stream: string): ShownStream => {
    if (records.isTombstoned(stream)) return 'deleted';
    const events = records.of(stream);
    const limits = limitsOf(records.newestMetadata(stream));
    if (events.length === 0 || limits.isSoftDeleted) return 'not found';
    const first = firstShown(events, limits, options.now());
    return { events: first <= 0n ? events : events.slice(Number(first)) };
  };
  const shownPosition = (stream: string, revision: bigint): bigint | undefined => {
    const visible = shown(stream);
    if (typeof visible === 'string') return undefined;
    const first = visible.events[0]?.revision ?? 0n;
    return visible.events[Number(revision - first)]?.position;
  };

  const truncate = (stream: string, before: bigint): bigint | undefined => {
    const metadata = withTruncateBefore(records.newestMetadata(stream), before);
    const metastream = metastreamOf(stream);
    const next = BigInt(records.of(metastream).length);
    return records.write(metastream, next, [systemEvent('$metadata', metadata)]).at(-1)?.position;
  };

  const append = (stream: string, expected: ExpectedRevision, events: ProposedEvent[]): Outcome => {
    const state = stateOf(records, stream);
    const ids = events.map(({ id }) => id);
    const decision = decideAppend(expected, ids, state);
    if (decision.kind === 'deleted') return { kind: 'deleted' };
    if (decision.kind === 'wrong expected revision') return { kind: decision.kind, current: state.last };
    if (decision.kind === 'already written') {
      const { last } = decision;
      return { kind: 'success', isRetry: true, revision: last, position: shownPosition(stream, last) };
    }
    const last = records.write(stream, state.last + 1n, events).at(-1);
    if (last && state.isSoftDeleted) truncate(stream, state.last + 1n);
    const { revision, position } = last ?? { revision: state.last, position: records.skip() };
    return { kind: 'success', isRetry: false, revision, position };
  };

  /** A delete carries no ids by which a retry could be recognised. */
  const remove = (stream: string, expected: ExpectedRevision, write: () => bigint | undefined): Outcome => {
    const { last, isTombstoned } = stateOf(records, stream);
    if (isTombstoned) return { kind: 'deleted' };
    const needed = expected === 'no_stream' ? -1n : expected;
    const isMet = typeof needed === 'bigint' ? needed === last : last >= 0n;
    if (!isMet) return { kind: 'wrong expected revision', current: last };
    return { kind: 'success', isRetry: false, revision: last, position: write() };
  };
  const bury = (stream: string) => records.write(stream, deletedRevision, [systemEvent('$streamDeleted')]).at(-1);

  return {
    ...records,
    append,
    softDelete: (stream, expected) => remove(stream, expected, () => truncate(stream, deletedRevision)),
    tombstone: (stream, expected) => remove(stream, expected, () => bury(stream)?.position),
    shown,
    forgetIds: records.ids.forget,
  };
};

const stateOf = (records: Records, stream: string): StreamState => {
  const events = records.of(stream);
  const metadata = records.newestMetadata(stream);
  return {
    last: BigInt(events.length) - 1n,
    isTombstoned: records.isTombstoned(stream),
    isSoftDeleted: limitsOf(metadata).isSoftDeleted,
    hasMetadata: metadata !== undefined,
    idAt: (revision) => events[Number(revision)]?.id,
    rememberedRevision: (id) => records.ids.revisionIn(stream, id),
  };
};

const systemEvent = (type: string, json?: string): ProposedEvent => ({
  id: randomUUID(),
  type,
  isJson: json !== undefined,
  data: Buffer.from(json ?? ''),
  metadata: new Uint8Array(),
});
