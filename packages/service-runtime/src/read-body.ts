import { errorCodes } from 'fastify';
import type { FastifyRequest, RequestPayload } from 'fastify';

/** The bytes of a body, or why there are none: an error with the status of its answer. */
type Done = (error: Error | null, body?: Buffer) => void;

/**
 * Reads a body as a whole, up to the limit of its route. One that came with its head is taken as it lies there; only for others is
 * there anything to listen to, and to give way while it is on its way.
 */
export const readBody = (request: FastifyRequest, payload: RequestPayload, done: Done): void => {
  const { raw, routeOptions } = request;
  const announced = Number(request.headers['content-length']);
  if (announced > routeOptions.bodyLimit) {
    done(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
    return;
  }
  // The parser of the connection is not further than the head yet.
  process.nextTick(() => {
    if (payload === raw && raw.complete && raw.readableLength === announced) {
      done(null, (raw.read() as Buffer | null) ?? Buffer.alloc(0));
      return;
    }
    request.admission?.receiving(request);
    gather(payload, { announced, most: routeOptions.bodyLimit }, done);
  });
};

type Lengths = { announced: number; most: number };

const gather = (payload: RequestPayload, { announced, most }: Lengths, done: Done): void => {
  const chunks: Buffer[] = [];
  let size = 0;
  const finish = (error: Error | null, body?: Buffer): void => {
    payload.off('data', onData).off('end', onEnd).off('error', onError);
    done(error, body);
  };
  const onData = (chunk: Buffer): void => {
    size += chunk.length;
    if (Math.max(size, payload.receivedEncodedLength ?? 0) > most) finish(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
    else chunks.push(chunk);
  };
  const onEnd = (): void => {
    const came = payload.receivedEncodedLength ?? size;
    if (!Number.isNaN(announced) && came !== announced) finish(new errorCodes.FST_ERR_CTP_INVALID_CONTENT_LENGTH());
    else finish(null, Buffer.concat(chunks, size));
  };
  const onError = (error: Error): void => {
    finish('statusCode' in error ? error : Object.assign(error, { statusCode: 400 }));
  };
  payload.on('data', onData).on('end', onEnd).on('error', onError);
};
