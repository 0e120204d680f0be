import { setImmediate as nextTurn } from 'node:timers/promises';
import { decompressed } from './compression';
import { Fields } from './fields';

type Place = { topic: string; partition: number };

/** What holds for all records of a batch, and their bytes, no longer compressed. */
type Batch = Place & {
  records: Buffer;
  /** The same as Latin-1, once a value of it was asked for as that. */
  text?: string;
  isControl: boolean;
  /** What kafkajs tells aborted transactions by. */
  context: { producerId: string; inTransaction: boolean };
};

/**
 * A message as it was fetched: its key and its value are cut out of the batch only when they are asked for, for many thousands wait
 * for their turn, and what waits is copied by the garbage collector. Time and headers are passed over: nobody here reads them.
 */
export class FetchedRecord {
  readonly offset: string;
  /** Of all of it. */
  readonly sizeBytes: number;
  readonly #batch: Batch;
  readonly #keyAt: number;

  constructor(batch: Batch, offset: string, { keyAt, sizeBytes }: { keyAt: number; sizeBytes: number }) {
    this.#batch = batch;
    this.offset = offset;
    this.#keyAt = keyAt;
    this.sizeBytes = sizeBytes;
  }

  get topic(): string {
    return this.#batch.topic;
  }

  get partition(): number {
    return this.#batch.partition;
  }

  get key(): Buffer | null {
    return this.#atKey().varBytes();
  }

  get value(): Buffer | null {
    const fields = this.#atKey();
    fields.move(Math.max(0, fields.varint()));
    return fields.varBytes();
  }

  /** The value as Latin-1, a character for each byte: to decode a batch at once takes less time than to decode each value. */
  get valueText(): string | null {
    const fields = this.#atKey();
    fields.move(Math.max(0, fields.varint()));
    const sizeBytes = fields.varint();
    if (sizeBytes < 0) return null;
    const start = fields.move(sizeBytes);
    const { records } = this.#batch;
    if (records.length > mostText) return records.toString('latin1', start, start + sizeBytes);
    this.#batch.text ??= records.toString('latin1');
    return this.#batch.text.slice(start, start + sizeBytes);
  }

  get isControlRecord(): boolean {
    return this.#batch.isControl;
  }

  get batchContext(): Batch['context'] {
    return this.#batch.context;
  }

  #atKey(): Fields {
    return new Fields(this.#batch.records, this.#keyAt);
  }
}

/** A value as text keeps that of its whole batch in memory; brokers take no more than 1 MiB at once, but compressed it may have been. */
const mostText = 1 << 20;

/** The magic byte of the format in which all brokers since 0.11 keep messages, and where it stands in a batch. */
const magic = 2;
const magicPlace = 16;

export const isRecordBatch = (bytes: Buffer): boolean => bytes.length <= magicPlace || bytes[magicPlace] === magic;

/** Offset and length stand before what the length counts. */
const beforeLength = 12;

/**
 * Decompressed bytes after which no further batch of a partition is read: a MiB that was compressed may hold dozens of batches of a
 * hundred MiB. What is behind is fetched again, as what the broker cuts off.
 */
const enoughBytes = 8 << 20;

/** The records of as many batches as there are as a whole: what a fetch may hold is bounded, and its last batch is cut off there. */
export const recordsIn = async (bytes: Buffer, place: Place): Promise<FetchedRecord[]> => {
  const records: FetchedRecord[] = [];
  let readBytes = 0;
  for (let rest = bytes; rest.length > beforeLength && readBytes < enoughBytes;) {
    const sizeBytes = beforeLength + rest.readInt32BE(8);
    if (sizeBytes > rest.length) break;
    readBytes += await addRecords(records, rest.subarray(0, sizeBytes), place);
    rest = rest.subarray(sizeBytes);
  }
  return records;
};

/** Resolves with how many bytes they come to. */
const addRecords = async (records: FetchedRecord[], bytes: Buffer, place: Place): Promise<number> => {
  const fields = new Fields(bytes);
  const firstOffset = Number(fields.int64());
  // Length, the leader's epoch, magic byte, checksum.
  fields.move(4 + 4 + 1 + 4);
  const attributes = fields.int16();
  // The last offset, which may have been compacted away; the first time and the last.
  fields.move(4 + 8 + 8);
  const producerId = String(fields.int64());
  // The producer's epoch and sequence.
  fields.move(2 + 4);
  const count = fields.int32();
  const batch: Batch = {
    ...place,
    records: await decompressed(attributes & 0x07, bytes.subarray(fields.at)),
    isControl: (attributes & 0x20) > 0,
    context: { producerId, inTransaction: (attributes & 0x10) > 0 },
  };
  await split(records, batch, { firstOffset, count });
  return batch.records.length;
};

type Span = { firstOffset: number; count: number };

/** As many take some 10 ms: compression makes a million of a MiB. */
const recordsInATurn = 50_000;

const split = async (records: FetchedRecord[], batch: Batch, { firstOffset, count }: Span): Promise<void> => {
  const fields = new Fields(batch.records);
  for (let left = count; left > 0; left -= 1) {
    const sizeBytes = fields.varint();
    const end = fields.move(sizeBytes) + sizeBytes;
    // Behind the attributes, which mean nothing yet: the difference in time, then that in offset.
    fields.at += 1 - sizeBytes;
    fields.varint();
    const offset = String(firstOffset + fields.varint());
    records.push(new FetchedRecord(batch, offset, { keyAt: fields.at, sizeBytes }));
    fields.at = end;
    if (left % recordsInATurn === 0) await nextTurn();
  }
};
