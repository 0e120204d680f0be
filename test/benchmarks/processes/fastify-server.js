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
  return { url: await server.listen({ host: '127.0.0.1', port: 0 }) };
};

module.exports = { listen };
