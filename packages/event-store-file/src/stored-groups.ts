import type { EventBody, EventCodec, Place } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import { createGroupReader } from './group-reader';
import type { GroupReader } from './group-reader';
import { firstOf } from './segment-header';
import { openSegments } from './segments';
import type { Segments } from './segments';
import type { StoredGroup } from './stored-group';

/** The groups of a log that another thread writes, as they stand in its files. */
export type StoredGroups<Body extends EventBody> = {
  /** Those with events after `place` up to `last`, which is durable. Each holds until the next; lines are checked as they are read. */
  between(place: Place, last: Place): AsyncGenerator<StoredGroup<Body>>;
  close(): void;
};

type Files<Body extends EventBody> = { segments: Segments; reader: GroupReader<Body> };

const ahead = { headers: 1 << 20, lines: 1 << 20 };

/** Opens nothing before it is asked for groups, and writes nothing. */
export const openStoredGroups = <Body extends EventBody>(
  folder: Folder,
  codec: EventCodec<Body>,
): StoredGroups<Body> => {
  let files: Files<Body> | undefined;
  const open = async (): Promise<Files<Body>> => {
    files?.segments.close();
    const segments = await openSegments(folder);
    const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    files = { segments, reader: createGroupReader({ segments, path: folder.path, codec, turn }, ahead) };
    return files;
  };
  /** All segments that hold what is durable: one that was begun since is there already. */
  const filesUpTo = async (last: Place): Promise<Files<Body>> => {
    const count = folder.names().filter((name) => firstOf(name) !== undefined).length;
    const known = files?.segments.all.length === count ? files : await open();
    const newest = known.segments.last();
    newest.last = last;
    newest.sizeBytes = (await known.segments.file(newest)).sizeBytes();
    return known;
  };
  return {
    between: async function* (place, last) {
      if (place >= last) return;
      const { reader } = await filesUpTo(last);
      reader.forgetAhead();
      for (let next = place + 1; next <= last;) {
        const group = await reader.groupOf(next);
        if (group === undefined) throw new Error(`the log in ${folder.path} has no event at ${String(next)}`);
        yield group;
        next = group.place(group.count);
      }
    },
    close: () => {
      files?.segments.close();
    },
  };
};
