import type { FastifyInstance } from 'fastify';
import { asyncApiDocument, openApiDocument } from '@tollgate/contracts';

/** What programs read to know the contract. */
export const addDocuments = (server: FastifyInstance): void => {
  const openApi = JSON.stringify(openApiDocument());
  const asyncApi = JSON.stringify(asyncApiDocument());
  server.get('/openapi.json', (_request, reply) => reply.type('application/json; charset=utf-8').send(openApi));
  server.get('/asyncapi.json', (_request, reply) => reply.type('application/json; charset=utf-8').send(asyncApi));
};
