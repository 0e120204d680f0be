import { isDeepStrictEqual } from 'node:util';
import { WrongExpectedVersionError } from '@eventstore/db-client';
import type { AllStreamRecordedEvent } from '@eventstore/db-client';
import { LogDamaged, LogUnavailable, mostEventBytes, noStream } from '@tollgate/event-store';
import type { AppendResult, Position } from '@tollgate/event-store';
import type { Store } from './store';
import { contentOf } from './store-event';
import type { EncodedEvent } from './store-event';
import { storeRevision } from './store-names';
import { patiently } from './time-limit';
import type { Timing } from './time-limit';

export type EncodedAppend = { stream: string; expectedRevision: number; events: readonly EncodedEvent[] };

type Parts = { store: Store; timing: Pick<Timing, 'patienceMs'> };

/**
 * Appends to one stream of the store. While the outcome is not known the same is appended again, which the store recognises. What is
 * answered is what was read back then: ids are all that the store compares, so its "ok" may mean events of another writer.
 */
export const appendToStream = async (parts: Parts, append: EncodedAppend): Promise<AppendResult> => {
  const positions: Position[] = [];
  let { expectedRevision } = append;
  for (const events of partsOf(append.events)) {
    const result = await appendPart(parts, { ...append, expectedRevision, events });
    if (result.status !== 'recorded') return result;
    positions.push(...result.positions);
    expectedRevision += events.length;
  }
  return { status: 'recorded', positions };
};

/** In order, each as large as one append of the store may be. */
export const partsOf = (events: readonly EncodedEvent[]): EncodedEvent[][] => {
  const parts: EncodedEvent[][] = [];
  let leftBytes = 0;
  for (const event of events) {
    if (parts.length === 0 || event.sizeBytes > leftBytes) {
      parts.push([]);
      leftBytes = mostEventBytes;
    }
    parts.at(-1)?.push(event);
    leftBytes -= event.sizeBytes;
  }
  return parts;
};

const appendPart = async ({ store, timing }: Parts, append: EncodedAppend): Promise<AppendResult> => {
  const { stream, expectedRevision, events } = append;
  const attempt = async (): Promise<AppendResult> => {
    const last = await store.append(stream, events, storeRevision(expectedRevision));
    if (last !== BigInt(expectedRevision + events.length))
      throw new LogDamaged(`${stream} goes on at revision ${String(last)}: its history was deleted in the store`);
    return readBack(store, append);
  };
  try {
    return await patiently(timing.patienceMs, () => attempt().catch(conflictIn(store, stream)));
  } catch (error) {
    if (error instanceof LogUnavailable) return { status: 'unknown', error };
    throw error;
  }
};

/** What stands where the events were appended. */
const readBack = async (store: Store, { stream, expectedRevision, events }: EncodedAppend): Promise<AppendResult> => {
  const from = expectedRevision + 1;
  const found = (await store.readStream(stream, { from, limit: events.length })) ?? [];
  if (found.length < events.length) throw notShownYet(stream);
  found.forEach((one, index) => {
    if (one.revision !== BigInt(from + index) || one.id !== events[index]?.event.id)
      throw new LogDamaged(`${stream} does not hold at revision ${String(from + index)} what it has recorded there`);
  });
  if (!found.every((one, index) => isSame(one, events[index])))
    return { status: 'conflict', currentRevision: expectedRevision + events.length };
  return { status: 'recorded', positions: found.map(({ position }) => position.commit) };
};

/** But for when it was recorded, which is another time where two writers append the same. */
const isSame = (found: AllStreamRecordedEvent, encoded: EncodedEvent | undefined): boolean => {
  const { type, data, metadata } = encoded?.event ?? {};
  const given = { type, data, version: metadata?.version, metadata: metadata?.metadata };
  return isDeepStrictEqual(JSON.parse(JSON.stringify(given)), contentOf(found));
};

/** A conflict is answered once what is in the way can be read; what else failed fails. */
const conflictIn =
  (store: Store, stream: string) =>
  async (error: unknown): Promise<AppendResult> => {
    if (!(error instanceof WrongExpectedVersionError)) throw error;
    if (error.actualVersion === 'no_stream') return { status: 'conflict', currentRevision: noStream };
    const currentRevision = Number(error.actualVersion);
    const [current] = (await store.readStream(stream, { from: currentRevision, limit: 1 })) ?? [];
    if (current === undefined) throw notShownYet(stream);
    return { status: 'conflict', currentRevision };
  };

/** A failure like any other of the store: the next attempt may see it. */
const notShownYet = (stream: string): Error => new Error(`${stream} does not show yet what it is said to hold`);
