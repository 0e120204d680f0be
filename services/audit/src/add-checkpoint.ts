import { types } from 'node:util';
import type { Hash } from '@tollgate/merkle';
import { cosignaturesIn } from './cosignature';
import type { WitnessAddress } from './witness-address';

/** What a witness is shown: a checkpoint, and that it continues the one of `old` events. */
export type Shown = { old: number; proof: readonly Hash[]; note: string };

/** Lines of its cosignatures; or of how many events the checkpoint is that it cosigned last, where that are not `old`. */
export type WitnessAnswer = { cosignatures: string[] } | { knows: number };

/** It says that the checkpoint does not continue what it has seen. */
export class OtherHistory extends Error {
  override readonly name = 'OtherHistory';
}

const answerLimitMs = 10_000;
const answerLimitBytes = 64 << 10;

/** Asks a witness (c2sp.org/tlog-witness, add-checkpoint). Rejects with `OtherHistory`, or where it does not answer as it should. */
export const addCheckpoint = async (
  { url, ...key }: WitnessAddress,
  { old, proof, note }: Shown,
  stopping: AbortSignal,
): Promise<WitnessAnswer> => {
  const lines = [`old ${String(old)}`, ...proof.map((hash) => Buffer.from(hash).toString('base64')), '', note];
  const { status, text } = await post(`${url}/add-checkpoint`, lines.join('\n'), stopping);
  if (status === 200) return { cosignatures: cosignaturesIn(text, note, key) };
  const knows = status === 409 ? /^(0|[1-9]\d{0,14})\n$/.exec(text)?.[1] : undefined;
  if (knows !== undefined) return { knows: Number(knows) };
  if (status === 422)
    throw new OtherHistory(`the checkpoint does not continue the ${String(old)} events that it has seen`);
  throw new Error(reasons.get(status) ?? `it answered ${String(status)}`);
};

const reasons = new Map([
  [403, 'it knows another key of this ledger (403): have its operator add the one that signs now'],
  [404, 'it does not know this ledger (404): have its operator add the origin and the public key'],
]);

/** Rejects in words of which the URL is no part: not its host, its address nor its certificate. */
const post = async (url: string, body: string, stopping: AbortSignal): Promise<{ status: number; text: string }> => {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(answerLimitMs)]);
  try {
    // A redirection would make a GET of what is posted.
    const answer = await fetch(url, { method: 'POST', body, redirect: 'error', signal });
    return { status: answer.status, text: await textIn(answer) };
  } catch (error) {
    throw new Error(failureOf(error as Error), { cause: error });
  }
};

/** Of what the system says, which names hosts, its code. */
const failureOf = ({ name, message, cause }: Error): string => {
  if (name === 'TimeoutError') return `it has not answered in ${String(answerLimitMs / 1_000)} s`;
  if (!types.isNativeError(cause)) return message;
  const { code, message: reason } = cause as NodeJS.ErrnoException;
  return `${message}: ${code === undefined || code === hungUp ? reason : code}`;
};

const hungUp = 'UND_ERR_SOCKET';

/** No more of it than a witness has to say. */
const textIn = async ({ body }: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const coming: AsyncIterable<Uint8Array> | readonly Uint8Array[] = body ?? [];
  for await (const chunk of coming) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > answerLimitBytes) throw new Error('its answer does not end');
  }
  return Buffer.concat(chunks).toString();
};
