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

/** The bytes of a refused message as the `payload…` fields of its rejection, cut to `maxBytes` of serialised JSON. */
export const payloadOf = (
  bytes: Buffer | null,
  maxBytes: number,
): Pick<RejectedMessage, 'payload' | 'payloadBase64' | 'sizeBytes' | 'truncated'> => {
  if (bytes === null) return { payload: null };
  const whole = asText(bytes);
  if (Buffer.byteLength(JSON.stringify(whole)) <= maxBytes) return whole;
  let kept = Math.min(bytes.length, maxBytes);
  for (;;) {
    const cut = asText(bytes.subarray(0, kept), whole.payload !== undefined);
    if (Buffer.byteLength(JSON.stringify(cut)) <= maxBytes || kept === 0)
      return { ...cut, sizeBytes: bytes.length, truncated: true };
    kept = Math.floor(kept / 2);
  }
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `isCutText`: text cut in the middle of a character loses that character. */
const asText = (bytes: Buffer, isCutText = false): { payload?: string; payloadBase64?: string } => {
  if (isCutText) return { payload: new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true }) };
  try {
    return { payload: utf8.decode(bytes) };
  } catch {
    return { payloadBase64: bytes.toString('base64') };
  }
};

/** The same rejection with at most half of its payload, for a broker whose limit it did not fit. */
export const shorten = (message: RejectedMessage): RejectedMessage => {
  const { payload, payloadBase64, sizeBytes, ...rest } = message;
  const bytes = payloadBase64 === undefined ? Buffer.from(payload ?? '') : Buffer.from(payloadBase64, 'base64');
  const half = payloadOf(bytes, Math.floor(JSON.stringify(message).length / 2));
  return { ...rest, ...half, sizeBytes: sizeBytes ?? bytes.length, truncated: true };
};
