import type { FastifyRequest, onRequestHookHandler, onSendHookHandler } from 'fastify';
import { problemOf } from '@tollgate/contracts';
import { HttpProblem } from './http-problem';

declare module 'fastify' {
  interface FastifyRequest {
    /** Where its bytes are counted while it is under way. */
    admission: Admission | null;
    heldBytes: number;
  }
}

/** What may be under way at once; beyond that, requests that write are refused before they are read. */
export type Admission = {
  /** Whether there is room for a request of so many bytes. What was taken must be given back. */
  take(bytes: number): boolean;
  give(bytes: number): void;
  /** Bytes that were taken and not given back. */
  bytes(): number;
  /** Requests refused since the start. */
  refused(): number;
};

type Bounds = {
  maxBytes: number;
  maxRecords: number;
  /** Records submitted and not yet answered, whatever way they came. */
  queued(): number;
};

export const createAdmission = ({ maxBytes, maxRecords, queued }: Bounds): Admission => {
  let held = 0;
  let refused = 0;
  return {
    take: (bytes) => {
      // A request that is larger than the whole bound can still be served, alone.
      const hasRoom = (held === 0 || held + bytes <= maxBytes) && queued() < maxRecords;
      if (hasRoom) held += bytes;
      else refused += 1;
      return hasRoom;
    },
    give: (bytes) => (held -= bytes),
    bytes: () => held,
    refused: () => refused,
  };
};

/**
 * Hooks of a route whose bodies are bounded by `admission`: 503 `OVERLOADED` before anything of the body is read. A body counts
 * from its headers until its answer is handed over: a client that is slow to take the answer holds up nobody else.
 */
export const boundedBy = (admission: Admission): { onRequest: onRequestHookHandler; onSend: onSendHookHandler } => ({
  onRequest: (request, _reply, done) => {
    const bytes = announcedBytes(request);
    if (!admission.take(bytes)) {
      done(overloaded());
      return;
    }
    request.admission = admission;
    request.heldBytes = bytes;
    done();
  },
  // eslint-disable-next-line max-params -- Fastify's own
  onSend: (request, _reply, _payload, done) => {
    hold(request, 0);
    done();
  },
});

/** From now on the request counts as so many bytes. */
export const hold = (request: FastifyRequest, bytes: number): void => {
  request.admission?.give(request.heldBytes - bytes);
  request.heldBytes = bytes;
};

/** As much as it may become, where a request does not say how long its body is. */
const announcedBytes = ({ headers, server }: FastifyRequest): number => {
  const most = server.initialConfig.bodyLimit ?? Infinity;
  if (headers['transfer-encoding'] !== undefined) return most;
  const length = headers['content-length'];
  return length === undefined ? 0 : Math.min(Number(length), most);
};

const overloaded = (): HttpProblem =>
  new HttpProblem(
    problemOf({
      code: 'OVERLOADED',
      detail:
        'as much is being recorded as is taken at once, and nothing of this request was read; send it again after a second',
    }),
  );
