import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Position } from '@tollgate/event-store';
import { replaceText } from '@tollgate/folder';
import type { Folder } from '@tollgate/folder';
import { blockLeaves, hashBytes, openTree } from '@tollgate/merkle';
import type { Hash, Tree } from '@tollgate/merkle';
import { bytesOfId, idBytes, textOfId } from './event-id';
import type { LeafBatch } from './leaves';
import { openRecords } from './records';
import type { Records } from './records';

/** How far the tree has come in the log. */
export type TreePlace = { size: number; position: Position; eventId: string };

/** The tree of the whole log, in files. It is derived: without them it is made anew. */
export type KeptTree = Omit<Tree, 'append' | 'appendBlock'> & {
  /** Of what is on the disk. */
  place: TreePlace | undefined;
  append(leaves: Pick<LeafBatch, 'count' | 'hashes' | 'ids' | 'roots'>): void;
  /** Id of the event whose line is the leaf at `index`. */
  eventId(index: number): string;
  /** Where the line of an event stands; looks through all ids, 16 bytes an event. */
  indexOf(eventId: string): Promise<number | undefined>;
  /** Hashes of whole subtrees of `256 ** level` leaves, one after another, as many of `count` from `first` on as there are. */
  hashes(level: number, first: number, count: number): Buffer;
  /** All of it, with where the log was read to. Nothing may be appended meanwhile. */
  flush(place: TreePlace): Promise<void>;
  close(): void;
};

/** With 256 times as many leaves to each level, more than any log has. */
const levels = [0, 1, 2, 3, 4, 5];
const stateName = 'state';

/** The tree as it was flushed; an empty one with `isNew`, and where files are missing or too short. */
export const openKeptTree = async (folder: Folder, { isNew = false } = {}): Promise<KeptTree> => {
  const place = isNew ? undefined : await readPlace(folder);
  const size = place?.size ?? 0;
  const ids = await openRecords(folder, { name: 'event-ids', recordBytes: idBytes, count: size });
  const hashes: Records[] = [];
  for (const level of levels) {
    const count = Math.floor(size / 256 ** level);
    const records = await openRecords(folder, { name: `hashes-${String(level)}`, recordBytes: hashBytes, count });
    if (records !== undefined) hashes.push(records);
  }
  const close = (): void => {
    for (const records of [ids, ...hashes]) records?.close();
  };
  if (ids === undefined || hashes.length < levels.length) {
    close();
    return openKeptTree(folder, { isNew: true });
  }
  return keptTree({ folder, ids, hashes, place, close });
};

type Opened = { folder: Folder; ids: Records; hashes: Records[]; place: TreePlace | undefined; close(): void };

const keptTree = ({ folder, ids, hashes, place, close }: Opened): KeptTree => {
  const levelOf = (level: number): Records => {
    const records = hashes[level];
    if (records === undefined) throw new RangeError(`there is no level ${String(level)}`);
    return records;
  };
  const kept = {
    append: (level: number, hash: Hash) => {
      levelOf(level).append(hash);
    },
    read: (level: number, index: number) => levelOf(level).read(index),
  };
  const tree = openTree(kept, ids.count());
  const self: KeptTree = {
    ...tree,
    place,
    append: (leaves) => {
      appendTo(tree, leaves);
      for (let index = 0; index < leaves.count; index += 1)
        ids.append(leaves.ids.subarray(index * idBytes, (index + 1) * idBytes));
    },
    eventId: (index) => textOfId(ids.read(index)),
    hashes: (level, first, count) => levelOf(level).readMany(first, count),
    indexOf: (eventId) => find(ids, bytesOfId(eventId)),
    flush: async (reached) => {
      for (const records of [ids, ...hashes]) await records.flush();
      await writePlace(folder, reached);
      self.place = reached;
    },
    close,
  };
  return self;
};

/** By blocks where their roots are known. */
const appendTo = (tree: Tree, { count, hashes, roots }: Pick<LeafBatch, 'count' | 'hashes' | 'roots'>): void => {
  let nextRoot = 0;
  for (let index = 0; index < count;) {
    const isBlock = tree.size() % blockLeaves === 0 && nextRoot < roots.length;
    const leaves = isBlock ? blockLeaves : 1;
    const bytes = hashes.subarray(index * hashBytes, (index + leaves) * hashBytes);
    if (isBlock) tree.appendBlock(bytes, roots.subarray(nextRoot, (nextRoot += hashBytes)));
    else tree.append(bytes);
    index += leaves;
  }
};

const idsAtOnce = 1 << 16;

/** Nobody else waits for it: it lets go after each MiB. */
const find = async (ids: Records, wanted: Buffer): Promise<number | undefined> => {
  for (let from = 0; from < ids.count(); from += idsAtOnce) {
    const some = ids.readMany(from, idsAtOnce);
    for (let at = some.indexOf(wanted); at >= 0; at = some.indexOf(wanted, at + 1))
      if (at % idBytes === 0) return from + at / idBytes;
    await nextTurn();
  }
  return undefined;
};

const readPlace = async (folder: Folder): Promise<TreePlace | undefined> => {
  if (!folder.names().includes(stateName)) return undefined;
  const file = await folder.open(stateName, { isReadOnly: true });
  const bytes = Buffer.alloc(file.sizeBytes());
  file.read(bytes, { offset: 0, length: bytes.length, position: 0 });
  file.close();
  const [size, position, eventId] = bytes.toString().split(' ');
  if (eventId === undefined) return undefined;
  return { size: Number(size), position: BigInt(position ?? 0), eventId };
};

const writePlace = (folder: Folder, { size, position, eventId }: TreePlace): Promise<void> =>
  replaceText(folder, stateName, `${String(size)} ${String(position)} ${eventId}`);
