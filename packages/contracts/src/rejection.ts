import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { problemCode } from './problem';
import { instant } from './fields';

/** The value of a message on the rejected topic: what came, from where, and why it was not applied (DESIGN 3). */
export const rejection = z
  .strictObject({
    code: problemCode,
    detail: z.string(),
    receivedAt: instant,
    source: z.strictObject({ topic: z.string(), partition: z.int().min(0), offset: z.string() }),
    payload: z.string().nullable().optional().meta({ description: 'The text as received; null if there was none.' }),
    payloadBase64: z.string().optional().meta({ description: 'Instead of payload where the bytes are not UTF-8.' }),
    sizeBytes: z.int().optional().meta({ description: 'With truncated: how long the payload was.' }),
    truncated: z.literal(true).optional(),
  })
  .meta({ id: 'Rejection' });
export type RejectedMessage = z.infer<typeof rejection>;

type Payload = { payload: string } | { payloadBase64: string };

/** The bytes of a refused message as the `payload…` fields of its rejection, cut to `maxBytes` of serialised JSON. */
export const payloadOf = (
  bytes: Buffer | null,
  maxBytes: number,
): Pick<RejectedMessage, 'payload' | 'payloadBase64' | 'sizeBytes' | 'truncated'> => {
  if (bytes === null) return { payload: null };
  const encode = isUtf8(bytes) ? asText : asBase64;
  // A byte is at least one byte of JSON: what is longer never fits, and may be more than a string can hold.
  const whole = bytes.length <= maxBytes ? encode(bytes) : undefined;
  if (whole !== undefined && jsonBytesOf(whole) <= maxBytes) return whole;
  let kept = Math.min(bytes.length, maxBytes);
  while (kept > 0 && jsonBytesOf(encode(bytes.subarray(0, kept))) > maxBytes) kept = Math.floor(kept / 2);
  return { ...encode(bytes.subarray(0, kept)), sizeBytes: bytes.length, truncated: true };
};

/** Text cut in the middle of a character loses that character. */
const asText = (bytes: Buffer): Payload => ({
  payload: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true }),
});
const asBase64 = (bytes: Buffer): Payload => ({ payloadBase64: bytes.toString('base64') });

const jsonBytesOf = (payload: Payload): number => Buffer.byteLength(JSON.stringify(payload));

/** The same rejection with at most half of its payload, for a broker whose limit it did not fit; as it is once nothing is left to cut. */
export const shorten = (message: RejectedMessage): RejectedMessage => {
  const { payload, payloadBase64, sizeBytes, ...rest } = message;
  const bytes = payloadBase64 === undefined ? Buffer.from(payload ?? '') : Buffer.from(payloadBase64, 'base64');
  if (bytes.length === 0) return message;
  const encode = payloadBase64 === undefined ? asText : asBase64;
  const half = encode(bytes.subarray(0, Math.floor(bytes.length / 2)));
  return { ...rest, ...half, sizeBytes: sizeBytes ?? bytes.length, truncated: true };
};
