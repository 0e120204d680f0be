/** An event of a stream; without `data` it only tells where the stream is. `id` is the last one the stream has named. */
export type ServerSentEvent = { id: string | undefined; data: string | undefined };

/** Reads a stream of server-sent events (HTML standard, 9.2.6). An event that is cut off is dropped: it comes again. */
export async function* serverSentEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  let id: string | undefined;
  let data: string[] = [];
  let hasId = false;
  for await (const line of textLines(chunks)) {
    if (line === '') {
      if (data.length > 0 || hasId) yield { id, data: data.length > 0 ? data.join('\n') : undefined };
      data = [];
      hasId = false;
      continue;
    }
    const { name, value } = fieldOf(line);
    if (name === 'data') data.push(value);
    else if (name === 'id' && !value.includes('\0')) {
      id = value;
      hasId = true;
    }
  }
}

const fieldOf = (line: string): { name: string; value: string } => {
  const colon = line.indexOf(':');
  if (colon < 0) return { name: line, value: '' };
  const value = line.slice(colon + 1);
  return { name: line.slice(0, colon), value: value.startsWith(' ') ? value.slice(1) : value };
};

/** Complete lines; they end with CR LF, LF or CR, even where a chunk parts the two. */
async function* textLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    const isCrLast = rest.endsWith('\r');
    const lines = (isCrLast ? rest.slice(0, -1) : rest).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? '') + (isCrLast ? '\r' : '');
    yield* lines;
  }
}
