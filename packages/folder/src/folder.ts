/**
 * One open file. Reading is synchronous: what is read is nearly always in the page cache, and a fold must not lose its turn
 * over it. Writing is durable once it resolves.
 */
export type FolderFile = {
  sizeBytes(): number;
  /** Fills `into[offset, offset + length)` from `position` of the file; returns how many bytes there were. */
  read(into: Uint8Array, range: { offset: number; length: number; position: number }): number;
  /** All of the bytes at `position`, durable. Throws where they are not: how many of them are on the disk is then unknown. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** As `write`, without waiting for the disk: it outlives the process, not the machine. */
  note(bytes: Uint8Array, position: number): void;
  /** Cuts the file, durable. */
  truncate(sizeBytes: number): Promise<void>;
  close(): void;
};

/** The files of one folder of this machine, by name. A simulated one stands beside the real one, for tests with faults. */
export type Folder = {
  /** For people. */
  readonly path: string;
  names(): string[];
  /** Opens for reading and writing; with `isNew` creates an empty file, and its name is durable. */
  open(name: string, options?: { isNew?: boolean; isReadOnly?: boolean }): Promise<FolderFile>;
  /** Replaces `to`, if it is there; durable. */
  rename(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Bytes that can still be written; Infinity where the disk cannot be asked. */
  freeBytes(): number;
};
