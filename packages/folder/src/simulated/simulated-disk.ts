import type { Folder } from '../folder';
import type { Disk, DiskCall, DiskFault, ProcessLife } from './disk';
import { createFiles, tornInto } from './simulated-file';
import type { SimulatedFile } from './simulated-file';
import { simulatedFolder } from './simulated-folder';

export type { DiskCall, DiskFault } from './disk';

export type SimulatedDiskOptions = {
  /** From 0 to 1, exclusive: decides what is left of what was under way. */
  random?: () => number;
  /** Awaited wherever a disk would be waited for. */
  turn?: () => Promise<void>;
  fault?: (call: DiskCall) => DiskFault | undefined;
  freeBytes?: () => number;
};

/** The disk of a machine on which one process runs at a time; it is in memory, and its folders keep the rules of the real one. */
export type SimulatedDisk = {
  /** As the process that runs now sees it: after `kill` and `failPower` the next one asks again. */
  folder(path: string): Folder;
  /** Ends the process: calls under way are done in part and never answered, notes are kept. */
  kill(): void;
  /** Ends the process and what the system had not written yet: any of the last notes are lost. */
  failPower(): void;
};

export const createSimulatedDisk = (options: SimulatedDiskOptions = {}): SimulatedDisk => {
  const disk: Disk = {
    random: () => 0.5,
    turn: () => Promise.resolve(),
    freeBytes: () => Infinity,
    fault: () => undefined,
    ...options,
    foldersByPath: new Map(),
  };
  let life: ProcessLife = { isAlive: true, calls: new Set() };
  const kill = (): void => {
    life.isAlive = false;
    for (const call of life.calls) call.endInPart();
    life = { isAlive: true, calls: new Set() };
  };
  return {
    folder: (path) => {
      const files = disk.foldersByPath.get(path) ?? createFiles();
      disk.foldersByPath.set(path, files);
      return simulatedFolder({ disk, life, path, files });
    },
    kill,
    failPower: () => {
      kill();
      for (const files of disk.foldersByPath.values()) for (const file of files.values()) loseNotes(disk, file);
    },
  };
};

/** The system writes notes back when it likes, in any order it likes. */
const loseNotes = ({ random }: Disk, file: SimulatedFile): void => {
  const { synced, notes } = file;
  if (synced === undefined) return;
  file.content = synced;
  for (const note of notes) if (random() < 0.5) tornInto(file, note, note.bytes.length);
  file.synced = undefined;
  file.notes = [];
};
