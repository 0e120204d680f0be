import type { FastifyInstance } from 'fastify';
import { parseAcknowledgement, parseFurther, problemOf } from '@tollgate/contracts';
import type { Acknowledgement, AcknowledgementAnswer } from '@tollgate/contracts';
import { HttpProblem, boundedBy, documentOf, valid } from '@tollgate/service-runtime';
import type { Admission } from '@tollgate/service-runtime';
import { refusal } from './answer';
import type { Answer } from './answer';
import { createOrigin, requireJson, send } from './exchange';
import type { Outcome } from './intent';
import type { Ledger } from './ledger';

type Parts = {
  ledger: Pick<Ledger, 'submit'>;
  clock: () => Date;
  admission: Admission;
  /** Whether whoever reaches this address may be a stranger: nothing is acknowledged then. */
  isOpenToOthers: boolean;
};

/** The call by which a switch tells what it has made of a command (README, "Commands over HTTP"). */
export const addAcknowledgementRoute = (
  server: FastifyInstance,
  { ledger, clock, admission, isOpenToOthers }: Parts,
): void => {
  const originOf = createOrigin(clock);
  server.post('/v1/acknowledgements', boundedBy(admission), (request, reply) => {
    if (isOpenToOthers) throw notServed();
    requireJson(request.headers['content-type']);
    const data = valid(parseFurther(documentOf(request), parseAcknowledgement));
    const { source } = originOf(request);
    ledger
      .submit([{ intent: { type: 'AcknowledgeCommand', data }, metadata: { source } }])
      .then(([outcome]) => {
        if (outcome === undefined) throw new Error('the ledger gave no outcome');
        send(reply, answerOf(data, outcome));
      })
      .catch((error: unknown) => void reply.send(error));
  });
};

/** 201 the first time, 200 for the same again. */
const answerOf = ({ commandId, switchId }: Acknowledgement, outcome: Outcome): Answer => {
  if (outcome.status === 'rejected') return refusal(outcome.rejection);
  if (outcome.status === 'refused') throw new Error('an acknowledgement was refused as if it were a call');
  const { isDuplicate: duplicate, revision, position } = outcome;
  const body: AcknowledgementAnswer = { commandId, switchId, duplicate, revision, position: position.toString() };
  return { status: duplicate ? 200 : 201, text: JSON.stringify(body) };
};

const notServed = (): HttpProblem =>
  new HttpProblem(
    problemOf({
      code: 'ACKNOWLEDGEMENTS_NOT_SERVED',
      detail:
        'this Tollgate listens beyond its own machine, where any stranger could speak for a switch; until it has access control commands are acknowledged only with TOLLGATE_HOST=127.0.0.1, ::1 or localhost',
    }),
  );
