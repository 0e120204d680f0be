// @ts-check
'use strict';

const Fastify = require('fastify').default;

/** The floor of an HTTP request: Fastify as it comes, parsing the same body and sending an answer of the same shape. */
const listen = async () => {
  const server = Fastify();
  let position = 0;
  server.post('/v1/usage', (/** @type {any} */ request, reply) => {
    const { accountId, usageId } = request.body;
    position += 1;
    return reply
      .code(201)
      .send({ accountId, kind: 'usage', id: usageId, duplicate: false, revision: 1_000, position: String(position) });
  });
  server.post('/v1/authorizations', (/** @type {any} */ request, reply) => {
    const { authorizationId } = request.body;
    return reply
      .code(201)
      .send({
        authorizationId,
        granted: 300,
        reserved: '0.301',
        expiresAt: '2026-01-31T12:07:00.000Z',
        duplicate: false,
      });
  });
  return { url: await server.listen({ host: '127.0.0.1', port: 0 }) };
};

module.exports = { listen };
