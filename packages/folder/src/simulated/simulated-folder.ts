import { join } from 'node:path';
import type { Folder, FolderFile } from '../folder';
import { createFile, cutFile, noteInto, pagesInto, tornInto } from './simulated-file';
import type { Files, Placed, SimulatedFile } from './simulated-file';
import type { Disk, DiskCall, ProcessLife } from './disk';

type Seen = { disk: Disk; life: ProcessLife; path: string; files: Files };

/** A change of the disk: `apply` does all of it, `applyPart` what is left if it does not come to its end. */
type Change = { call: DiskCall; apply(): void; applyPart(keptBytes?: number): void };

export const simulatedFolder = (seen: Seen): Folder => {
  const { disk, path, files } = seen;
  const changing = (kind: DiskCall['kind'], name: string, apply: () => void): Promise<void> =>
    change(seen, {
      call: { kind, path: join(path, name), sizeBytes: 0 },
      apply,
      applyPart: () => {
        if (disk.random() < 0.5) apply();
      },
    });
  return {
    path,
    names: () => [...files.keys()].sort(),
    open: async (name, { isNew = false, isReadOnly = false } = {}) => {
      await changing('open', name, () => {
        if (isNew) files.set(name, createFile());
      });
      const file = files.get(name);
      if (file === undefined) throw failure('ENOENT', `no such file, ${join(path, name)}`);
      return simulatedFile(seen, { file, name, isReadOnly });
    },
    rename: (from, to) =>
      changing('rename', to, () => {
        const file = files.get(from);
        if (file === undefined) throw failure('ENOENT', `no such file, ${join(path, from)}`);
        files.delete(from);
        files.set(to, file);
      }),
    remove: (name) =>
      changing('remove', name, () => {
        files.delete(name);
      }),
    freeBytes: disk.freeBytes,
  };
};

type Opened = { file: SimulatedFile; name: string; isReadOnly: boolean };

const simulatedFile = (seen: Seen, { file, name, isReadOnly }: Opened): FolderFile => {
  const path = join(seen.path, name);
  let isClosed = false;
  const assertUsable = (isWriting: boolean): void => {
    assertAlive(seen.life);
    if (isClosed) throw failure('EBADF', `${path} is closed`);
    if (isWriting && isReadOnly) throw failure('EBADF', `${path} is open for reading only`);
  };
  return {
    sizeBytes: () => {
      assertUsable(false);
      return file.content.sizeBytes;
    },
    read: (into, { offset, length, position }) => {
      assertUsable(false);
      const end = Math.max(position, Math.min(file.content.sizeBytes, position + length));
      into.set(file.content.bytes.subarray(position, end), offset);
      return end - position;
    },
    write: async (bytes, position) => {
      assertUsable(true);
      await change(seen, writing(seen, file, { path, placed: { bytes, position } }));
    },
    note: (bytes, position) => {
      assertUsable(true);
      noteInto(file, { bytes, position });
    },
    truncate: async (sizeBytes) => {
      assertUsable(true);
      const apply = (): void => {
        cutFile(file, sizeBytes);
      };
      const applyPart = (): void => {
        if (seen.disk.random() < 0.5) apply();
      };
      await change(seen, { call: { kind: 'truncate', path, sizeBytes: 0 }, apply, applyPart });
    },
    close: () => {
      isClosed = true;
    },
  };
};

const writing = (
  { disk: { random } }: Seen,
  file: SimulatedFile,
  { path, placed }: { path: string; placed: Placed },
): Change => {
  const { length } = placed.bytes;
  return {
    call: { kind: 'write', path, sizeBytes: length },
    apply: () => {
      tornInto(file, placed, length);
    },
    applyPart: (keptBytes) => {
      if (keptBytes !== undefined || random() < 0.5)
        tornInto(file, placed, Math.min(length, keptBytes ?? Math.floor(random() * (length + 1))));
      else pagesInto(file, placed, () => random() < 0.5);
    },
  };
};

/** Waits as long as a disk would take, unless the process ends before. */
const change = async ({ disk, life }: Seen, { call, apply, applyPart }: Change): Promise<void> => {
  assertAlive(life);
  const underWay = { endInPart: () => applyPart() };
  life.calls.add(underWay);
  const fault = disk.fault(call);
  await disk.turn();
  if (fault === 'hangs' || hasEnded(life)) return forever();
  life.calls.delete(underWay);
  if (fault !== undefined) {
    applyPart(fault.keptBytes);
    throw failure(fault.code, `${call.kind} of ${call.path} failed`);
  }
  apply();
  await disk.turn();
  return hasEnded(life) ? forever() : undefined;
};

const forever = (): Promise<never> => new Promise(() => undefined);

const hasEnded = ({ isAlive }: ProcessLife): boolean => !isAlive;

const assertAlive = (life: ProcessLife): void => {
  if (hasEnded(life)) throw new Error('the process that opened this has ended');
};

const failure = (code: string, message: string): Error => Object.assign(new Error(`${code}: ${message}`), { code });
