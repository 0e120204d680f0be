import type { Metadata } from '@tollgate/balance';
import type { Parsed } from './parse';

/** The headers by which a client says of itself where its records come from; they become `by.claimed`. */
export const claimHeaders = { file: 'tollgate-file', line: 'tollgate-line', actor: 'tollgate-actor' } as const;

/** What a client says: of the whole request, and the line in its file that the body, or its first line, stands on. */
type Claims = { claimed?: Metadata['source']['claimed']; firstLine?: number | undefined };

const mostCharacters = 200;
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

export const encodedText = /^(?:[!-$&-~]|%[0-9A-Fa-f]{2})+$/;
export const lineNumber = /^[1-9]\d{0,14}$/;

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const noClaims: Parsed<Claims> = { ok: true, value: {} };

/** What the headers of a request claim; `detail` names the header that is wrong. */
export const claimsOf = (headers: Headers): Parsed<Claims> => {
  const file = headers[claimHeaders.file];
  const line = headers[claimHeaders.line];
  const actor = headers[claimHeaders.actor];
  return file === undefined && line === undefined && actor === undefined ? noClaims : read({ file, line, actor });
};

const read = ({ file, line, actor }: Headers): Parsed<Claims> => {
  const said = { file: decode(file), actor: decode(actor) };
  for (const name of ['file', 'actor'] as const)
    if (said[name] === null) {
      const detail = `${claimHeaders[name]}: must be 1 to ${String(mostCharacters)} printable characters as percent-encoded UTF-8`;
      return { ok: false, detail };
    }
  if (line !== undefined && !lineNumber.test(String(line)))
    return { ok: false, detail: `${claimHeaders.line}: must be the number of a line, from 1` };
  const claimed = { ...(said.file && { file: said.file }), ...(said.actor && { actor: said.actor }) };
  return {
    ok: true,
    value: {
      ...(Object.keys(claimed).length > 0 && { claimed }),
      ...(line !== undefined && { firstLine: Number(line) }),
    },
  };
};

/** Null where it is not what a claim may be. */
const decode = (value: Headers[string]): string | null | undefined => {
  if (value === undefined) return undefined;
  if (!encodedText.test(String(value))) return null;
  try {
    const text = decodeURIComponent(String(value));
    return Array.from(text).length > mostCharacters || text.search(unprintable) >= 0 ? null : text;
  } catch {
    return null;
  }
};

/** The headers that say so; what may not stand in a claim is replaced, and what is too long is cut. */
export const claimHeadersOf = ({ file, line }: { file: string; line: number }): Record<string, string> => {
  const text = Array.from(file.replace(unprintable, '\u{fffd}')).slice(0, mostCharacters).join('');
  return { [claimHeaders.file]: encodeURIComponent(text), [claimHeaders.line]: String(line) };
};
