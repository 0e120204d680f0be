import type { FastifyInstance } from 'fastify';
import { isBefore } from '@tollgate/balance';
import type { StatementClosing } from '@tollgate/balance';
import { accountIdPattern, parseFurther, parseStatementClosing, problemOf } from '@tollgate/contracts';
import type { StatementAnswer } from '@tollgate/contracts';
import { HttpProblem, boundedBy, documentOf, valid } from '@tollgate/service-runtime';
import type { Admission } from '@tollgate/service-runtime';
import { refusal } from './answer';
import type { Answer } from './answer';
import { createClosings } from './close-statement';
import type { ClosingParts } from './close-statement';
import { createOrigin, requireJson, send } from './exchange';
import type { Outcome } from './intent';

type Parts = ClosingParts & { clock: () => Date; admission: Admission };

/** The call that closes a statement (README, "For auditors"). */
export const addStatementRoute = (server: FastifyInstance, parts: Parts): void => {
  const { clock, admission } = parts;
  const originOf = createOrigin(clock);
  const close = createClosings(parts);
  const path = '/v1/accounts/:accountId/statements';
  server.post<{ Params: { accountId: string } }>(path, boundedBy(admission), (request, reply) => {
    const { accountId } = request.params;
    requireJson(request.headers['content-type']);
    const body = valid(parseFurther(documentOf(request), parseStatementClosing));
    if (!accountIdPattern.test(accountId))
      throw new HttpProblem(
        problemOf({ code: 'ACCOUNT_NOT_FOUND', detail: `accountId: ${accountId} cannot be an account id` }),
      );
    const { source } = originOf(request);
    if (isBefore(source.receivedAt, body.to)) throw inFuture(body.to, source.receivedAt);
    const closing = { accountId, ...body };
    close(closing, { source })
      .then((outcome) => {
        send(reply, answerOf(closing, outcome));
      })
      .catch((error: unknown) => void reply.send(error));
  });
};

/** 201 the first time, 200 for the same again. */
const answerOf = ({ accountId, statementId }: StatementClosing, outcome: Outcome): Answer => {
  if (outcome.status === 'rejected') return refusal(outcome.rejection);
  if (outcome.status === 'refused') throw new Error('a statement was refused as if it were a call');
  const { isDuplicate: duplicate, revision, position } = outcome;
  const named = { accountId, kind: 'statement', id: statementId } as const;
  const body: StatementAnswer = { ...named, duplicate, revision, position: position.toString() };
  return { status: duplicate ? 200 : 201, text: JSON.stringify(body) };
};

const inFuture = (to: string, now: string): HttpProblem =>
  new HttpProblem(
    problemOf({
      code: 'STATEMENT_PERIOD_INVALID',
      detail: `to: ${to} is still to come, and more may be recorded before it: it is ${now}`,
    }),
  );
