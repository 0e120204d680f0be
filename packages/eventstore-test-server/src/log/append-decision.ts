export type ExpectedRevision = bigint | 'any' | 'no_stream' | 'stream_exists';

/** What an append is judged by. */
export type StreamState = {
  /** -1n where nothing was ever written. */
  last: bigint;
  isTombstoned: boolean;
  isSoftDeleted: boolean;
  hasMetadata: boolean;
  idAt: (revision: bigint) => string | undefined;
  /** The revision an id has in this stream, while the server remembers it. */
  rememberedRevision: (id: string) => bigint | undefined;
};

export type Decision =
  | { kind: 'write' }
  | { kind: 'already written'; last: bigint }
  | { kind: 'wrong expected revision' }
  | { kind: 'deleted' };

const write: Decision = { kind: 'write' };
const conflict: Decision = { kind: 'wrong expected revision' };

/**
 * What a server does with an append of these ids: write it, recognise it as written before, or refuse it. The table is in
 * decisions/001; contents are not compared, only ids.
 */
export const decideAppend = (expected: ExpectedRevision, ids: string[], stream: StreamState): Decision => {
  if (stream.isTombstoned) return { kind: 'deleted' };
  if (expected === 'stream_exists') {
    if (stream.isSoftDeleted) return { kind: 'deleted' };
    if (stream.last < 0n && !stream.hasMetadata) return conflict;
  }
  if (expected === 'any' || expected === 'stream_exists') return decideByMemory(ids, stream);
  return decideByRevision(expected === 'no_stream' ? -1n : expected, ids, stream);
};

/** Without a revision a retry is known only by what the memory of ids still holds. */
const decideByMemory = (ids: string[], stream: StreamState): Decision => {
  const revisions = ids.map(stream.rememberedRevision);
  const last = revisions.at(-1);
  if (revisions[0] === undefined) return write;
  return last === undefined || revisions.includes(undefined) ? conflict : { kind: 'already written', last };
};

/** With a revision a retry is known for ever: its ids stand in the log right behind that revision. */
const decideByRevision = (expected: bigint, ids: string[], stream: StreamState): Decision => {
  if (expected === stream.last) return write;
  if (expected > stream.last) return conflict;
  const matching = ids.findIndex((id, index) => stream.idAt(expected + 1n + BigInt(index)) !== id);
  if (matching === -1 && ids.length > 0) return { kind: 'already written', last: expected + BigInt(ids.length) };
  return matching === 0 && expected === -1n && stream.isSoftDeleted ? write : conflict;
};
