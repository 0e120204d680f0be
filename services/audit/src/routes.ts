import type { FastifyInstance } from 'fastify';
import { consistencyQuery, inclusionQuery, parseBody, problemOf } from '@tollgate/contracts';
import type { ConsistencyProof, InclusionProof } from '@tollgate/contracts';
import type { Hash } from '@tollgate/merkle';
import { HttpProblem, valid } from '@tollgate/service-runtime';
import { checkpointIn } from './checkpoint';
import type { Audit } from './audit';

/** The calls that prove what is in the log (DESIGN 4). */
export const addAuditRoutes = (server: FastifyInstance, audit: Audit): void => {
  const latest = (): string => {
    const note = audit.checkpoint();
    if (note !== undefined) return note;
    throw new HttpProblem(problemOf({ code: 'NOT_FOUND', detail: 'nothing is signed yet: the log has no event' }));
  };
  /** More than was signed is proven to nobody. */
  const requireSigned = (name: string, size: number): void => {
    const signed = Math.min(checkpointIn(latest()).size, audit.tree().size());
    if (size <= signed) return;
    throw invalid(`${name}: the latest checkpoint is of ${String(signed)} events`);
  };

  server.get('/v1/checkpoints/latest', (_request, reply) => reply.type('text/plain; charset=utf-8').send(latest()));

  server.get('/v1/proofs/inclusion', async (request): Promise<InclusionProof> => {
    const { eventId, size: asked } = valid(parseBody(inclusionQuery, request.query));
    const size = asked ?? Math.min(checkpointIn(latest()).size, audit.tree().size());
    requireSigned('size', size);
    const index = await audit.tree().indexOf(eventId);
    if (index === undefined)
      throw new HttpProblem(problemOf({ code: 'NOT_FOUND', detail: `there is no event ${eventId} in the tree` }));
    if (index >= size)
      throw invalid(`size: event ${eventId} is leaf ${String(index)}, after the first ${String(size)}`);
    return { eventId, index, size, hashes: texts(audit.tree().inclusion(index, size)) };
  });

  server.get('/v1/proofs/consistency', (request): ConsistencyProof => {
    const { from, to } = valid(parseBody(consistencyQuery, request.query));
    requireSigned('to', to);
    if (from > to) throw invalid('from: must not be above to');
    return { from, to, hashes: texts(audit.tree().consistency(from, to)) };
  });
};

const invalid = (detail: string): HttpProblem => new HttpProblem(problemOf({ code: 'INVALID_REQUEST', detail }));

const texts = (hashes: readonly Hash[]): string[] => hashes.map((hash) => Buffer.from(hash).toString('base64'));
