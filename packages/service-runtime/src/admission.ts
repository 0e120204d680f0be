import type { FastifyRequest } from 'fastify';
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
  /** Whether there is room for so many bytes of a request, beside those it has. What was taken must be given back. */
  take(bytes: number, own?: number): boolean;
  give(bytes: number): void;
  /** The body of a request is on its way, and gives way to others where it is so for long. */
  receiving(request: FastifyRequest): void;
  /** The body of a request is there as a whole, or will not be read. */
  received(request: FastifyRequest): void;
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
  /** Requests whose bodies are on their way, the oldest first. */
  const onTheWay = new Set<FastifyRequest>();

  // A request that is larger than the whole bound can still be served, alone.
  const hasRoom = (bytes: number, own: number): boolean => held === own || held + bytes <= maxBytes;

  /** Bodies that others have waited for long enough give way, as many as must: their clients may be stalled for good. */
  const makeRoom = (bytes: number): boolean => {
    const late = performance.now() - patienceMs;
    for (const request of onTheWay) {
      if (hasRoom(bytes, 0) || request.startedAt > late) break;
      onTheWay.delete(request);
      hold(request, 0);
      // To whoever reads the body: the request is answered, and its connection closed.
      if (request.raw.listenerCount('error') > 0) request.raw.emit('error', tooSlow());
    }
    return hasRoom(bytes, 0);
  };

  return {
    take: (bytes, own = 0) => {
      const isTaken = queued() < maxRecords && (hasRoom(bytes, own) || (own === 0 && makeRoom(bytes)));
      if (isTaken) held += bytes;
      else refused += 1;
      return isTaken;
    },
    give: (bytes) => (held -= bytes),
    receiving: (request) => onTheWay.add(request),
    received: (request) => onTheWay.delete(request),
    bytes: () => held,
    refused: () => refused,
  };
};

/** How long a body may be on its way while there is no room for others. */
const patienceMs = 5_000;

/** From now on the request counts as so many bytes, and its body is not waited for. */
export const hold = (request: FastifyRequest, bytes: number): void => {
  request.admission?.received(request);
  request.admission?.give(request.heldBytes - bytes);
  request.heldBytes = bytes;
};

/** Whether the request may count as so many bytes, or as what it counts as already; where there is no room it may not. */
export const holdMore = (request: FastifyRequest, bytes: number): boolean => {
  const more = bytes - request.heldBytes;
  if (more <= 0 || request.admission === null) return true;
  const isTaken = request.admission.take(more, request.heldBytes);
  if (isTaken) request.heldBytes = bytes;
  return isTaken;
};

export const overloaded = (): HttpProblem =>
  new HttpProblem(
    problemOf({
      code: 'OVERLOADED',
      detail:
        'as much is being recorded as is taken at once, and nothing of this request was taken; send it again after a second',
    }),
  );

const tooSlow = (): HttpProblem =>
  new HttpProblem(
    problemOf(
      {
        code: 'INVALID_REQUEST',
        detail: 'the body came too slowly while others waited for room; send it again, faster',
      },
      408,
    ),
  );
