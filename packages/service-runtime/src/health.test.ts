import fastify from 'fastify';
import { addOperatorRoutes } from './health';
import { Registry } from './metrics';

const readyz = async (isLogReady: boolean, areReportsReady: boolean) => {
  const server = fastify();
  const check = (isReady: boolean) => () => ({ isReady, detail: '' });
  const parts = [
    { name: 'event log', check: check(isLogReady) },
    { name: 'reporting', isAside: true as const, check: check(areReportsReady) },
  ];
  addOperatorRoutes(server, parts, new Registry());
  const answer = await server.inject('/readyz');
  return [answer.statusCode, answer.json<object>()];
};

test('a part that is aside says that it is not ready, and traffic may be sent all the same', async () => {
  const part = { name: 'reporting', isReady: false, detail: '' };
  expect(await readyz(true, false)).toEqual([
    200,
    { status: 'ready', parts: [{ ...part, name: 'event log', isReady: true }, part] },
  ]);
  expect(await readyz(false, true)).toEqual([503, expect.objectContaining({ status: 'not ready' })]);
});
