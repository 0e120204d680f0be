export type Placed = { bytes: Uint8Array; position: number };

/** `content` is what a process reads; `synced` what a power failure would leave, where that is not the same. */
export type SimulatedFile = { content: Content; synced: Content | undefined; notes: Placed[] };

export type Files = Map<string, SimulatedFile>;

export const createFiles = (): Files => new Map<string, SimulatedFile>();

export const createFile = (): SimulatedFile => ({ content: emptyContent(), synced: undefined, notes: [] });

type Content = { bytes: Uint8Array; sizeBytes: number };

const emptyContent = (): Content => ({ bytes: new Uint8Array(0), sizeBytes: 0 });

const copyOf = ({ bytes, sizeBytes }: Content): Content => ({ bytes: bytes.slice(0, sizeBytes), sizeBytes });

const put = (content: Content, { bytes, position }: Placed): void => {
  const end = position + bytes.length;
  if (end > content.bytes.length) {
    const grown = new Uint8Array(Math.max(end, 2 * content.bytes.length));
    grown.set(content.bytes.subarray(0, content.sizeBytes));
    content.bytes = grown;
  }
  content.bytes.set(bytes, position);
  content.sizeBytes = Math.max(content.sizeBytes, end);
};

const cutTo = (content: Content, sizeBytes: number): void => {
  content.bytes.fill(0, Math.min(sizeBytes, content.sizeBytes));
  content.sizeBytes = sizeBytes;
};

const writeInto = (file: SimulatedFile, placed: Placed): void => {
  put(file.content, placed);
  if (file.synced !== undefined) put(file.synced, placed);
};

export const cutFile = (file: SimulatedFile, sizeBytes: number): void => {
  cutTo(file.content, sizeBytes);
  if (file.synced !== undefined) cutTo(file.synced, sizeBytes);
};

export const noteInto = (file: SimulatedFile, { bytes, position }: Placed): void => {
  file.synced ??= copyOf(file.content);
  const note = { bytes: bytes.slice(), position };
  file.notes.push(note);
  put(file.content, note);
};

/** The first `keptBytes` of a write. */
export const tornInto = (file: SimulatedFile, { bytes, position }: Placed, keptBytes: number): void => {
  if (keptBytes > 0) writeInto(file, { bytes: bytes.subarray(0, keptBytes), position });
};

const pageBytes = 4_096;

/** Some pages of a write: those that are not written are as they were before it, zeros beyond the end of the file. */
export const pagesInto = (file: SimulatedFile, { bytes, position }: Placed, isWritten: () => boolean): void => {
  const end = position + bytes.length;
  for (let from = position; from < end;) {
    const to = Math.min(end, (Math.floor(from / pageBytes) + 1) * pageBytes);
    if (isWritten()) writeInto(file, { bytes: bytes.subarray(from - position, to - position), position: from });
    from = to;
  }
};
