import type { FastifyInstance } from 'fastify';
import { checkpointQuery, consistencyQuery, inclusionQuery, parseBody, problemOf, tilePath } from '@tollgate/contracts';
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
    throw notFound('nothing is signed yet: the log has no event');
  };
  /** More than was signed is proven to nobody. */
  const signedSize = (): number => Math.min(checkpointIn(latest()).size, audit.tree().size());
  const requireSigned = (name: string, size: number): void => {
    const signed = signedSize();
    if (size <= signed) return;
    throw invalid(`${name}: the latest checkpoint is of ${String(signed)} events`);
  };

  const lastOf = (witness: string): string => {
    const names = audit.witnesses.each.map(({ name }) => name);
    if (!names.includes(witness))
      throw notFound(`witness: ${names.length === 0 ? 'there are none' : `it is one of ${names.join(', ')}`}`);
    const note = audit.witnesses.lastOf(witness);
    if (note !== undefined) return note;
    throw notFound(`witness ${witness} has cosigned no checkpoint yet`);
  };

  for (const path of ['/v1/checkpoints/latest', '/v1/checkpoint'])
    server.get(path, (request, reply) => {
      const { witness } = valid(parseBody(checkpointQuery, request.query));
      return reply.type('text/plain; charset=utf-8').send(witness === undefined ? latest() : lastOf(witness));
    });

  server.get<{ Params: { level: string; '*': string } }>('/v1/tile/:level/*', (request, reply) => {
    const { level, '*': tile } = request.params;
    const { index, width, ...of } = valid(parseBody(tilePath, { level, tile }));
    const first = index * tileWidth;
    const signed = Math.floor(signedSize() / tileWidth ** of.level);
    if (first + width > signed)
      throw notFound(`level ${level} has ${String(signed)} hashes so far: there is no tile ${tile} of it`);
    return reply.type('application/octet-stream').send(audit.tree().hashes(of.level, first, width));
  });

  server.get('/v1/proofs/inclusion', async (request): Promise<InclusionProof> => {
    const { eventId, size: asked } = valid(parseBody(inclusionQuery, request.query));
    const size = asked ?? signedSize();
    requireSigned('size', size);
    const index = await audit.tree().indexOf(eventId);
    if (index === undefined) throw notFound(`there is no event ${eventId} in the tree`);
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

/** Hashes of a tile that is full (c2sp.org/tlog-tiles). */
const tileWidth = 256;

const notFound = (detail: string): HttpProblem => new HttpProblem(problemOf({ code: 'NOT_FOUND', detail }));
const invalid = (detail: string): HttpProblem => new HttpProblem(problemOf({ code: 'INVALID_REQUEST', detail }));

const texts = (hashes: readonly Hash[]): string[] => hashes.map((hash) => Buffer.from(hash).toString('base64'));
