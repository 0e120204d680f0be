import type { Files } from './simulated-file';

/** What a call asks of the disk; `sizeBytes` are those to be written. */
export type DiskCall = { kind: 'open' | 'write' | 'truncate' | 'rename' | 'remove'; path: string; sizeBytes: number };

/** It fails, with so many bytes of a write done (any number unless given); or it does not end while the process lives. */
export type DiskFault = { code: 'ENOSPC' | 'EIO'; keptBytes?: number } | 'hangs';

/** A call under way; `endInPart` says what is left of it when the process ends. */
type Call = { endInPart(): void };

/** One life of the process: a call of an ended one neither goes on nor is answered. */
export type ProcessLife = { isAlive: boolean; calls: Set<Call> };

export type Disk = {
  random(): number;
  turn(): Promise<void>;
  freeBytes(): number;
  fault(call: DiskCall): DiskFault | undefined;
  readonly foldersByPath: Map<string, Files>;
};
