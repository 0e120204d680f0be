import type { FastifyInstance } from 'fastify';
import { problemOf } from '@tollgate/contracts';
import { HttpProblem } from '@tollgate/service-runtime';
import { hasRole, roleServing } from './roles';
import type { Role } from './roles';

/** Answers 421 `WRONG_ROLE` to calls that another role serves, before their bodies are read; a process without roles has all. */
export const refuseOtherRoles = (server: FastifyInstance, given: readonly Role[]): void => {
  if (given.length === 0) return;
  server.addHook('onRequest', (request, _reply, done) => {
    const role = roleServing(request);
    if (role === undefined || hasRole(given, role)) done();
    else done(wrongRole(`${request.method} ${request.url.split('?')[0] ?? ''}`, role, given));
  });
};

const wrongRole = (call: string, role: Role, given: readonly Role[]): HttpProblem =>
  new HttpProblem(
    problemOf({
      code: 'WRONG_ROLE',
      detail: `${call} is served by the role ${role}; this process runs ${given.join(', ')}: send it to a process with that role`,
    }),
  );
