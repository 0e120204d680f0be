import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Command, RecordCommand } from '@tollgate/balance';
import {
  accountIdPattern,
  accountOpening,
  batchQuery,
  cutoffSetting,
  parseBody,
  problemOf,
  recordKinds,
} from '@tollgate/contracts';
import { HttpProblem, ndjson, valid } from '@tollgate/service-runtime';
import { accountAnswerOf, recordAnswerOf } from './answer';
import type { Answer } from './answer';
import { runBatch } from './batch';
import type { Outcome } from './intent';
import type { Ledger } from './ledger';

type Parts = { ledger: Ledger; clock: () => Date; maxBatchLines: number };

const recordRoutes = {
  '/v1/payments': recordKinds.payment,
  '/v1/usage': recordKinds.usage,
  '/v1/adjustments': recordKinds.adjustment,
  '/v1/reversals': recordKinds.reversal,
} as const;

/** The calls that write (DESIGN 4). An answer is sent once what it says is durable. */
export const addIntakeRoutes = (server: FastifyInstance, { ledger, clock, maxBatchLines }: Parts): void => {
  const submit = async (command: Command): Promise<Outcome> => {
    const [outcome] = await ledger.submit([command], clock().toISOString());
    if (outcome === undefined) throw new Error('the ledger gave no outcome');
    return outcome;
  };

  for (const [url, parse] of Object.entries(recordRoutes))
    server.post(url, async (request, reply) => {
      requireJson(request.headers['content-type']);
      const command: RecordCommand = valid(parse(request.body));
      return send(reply, recordAnswerOf(command, await submit(command)));
    });

  server.post('/v1/accounts', async (request, reply) => {
    requireJson(request.headers['content-type']);
    const command = { type: 'OpenAccount', data: valid(parseBody(accountOpening, request.body)) } as const;
    return send(reply, accountAnswerOf(command, await submit(command)));
  });

  server.put<{ Params: { accountId: string } }>('/v1/accounts/:accountId/cutoff', async (request, reply) => {
    requireJson(request.headers['content-type']);
    const { accountId } = request.params;
    if (!accountIdPattern.test(accountId))
      throw new HttpProblem(
        problemOf({ code: 'ACCOUNT_NOT_FOUND', detail: `accountId: ${accountId} cannot be an account id` }),
      );
    const command = { type: 'ChangeCutoff', accountId, data: valid(parseBody(cutoffSetting, request.body)) } as const;
    return send(reply, accountAnswerOf(command, await submit(command)));
  });

  server.post('/v1/batch', async (request, reply) => {
    if (!Buffer.isBuffer(request.body)) throw unsupported(ndjson, request.headers['content-type']);
    const { dryRun } = valid(parseBody(batchQuery, request.query));
    const answers = await runBatch(request.body, {
      ledger,
      isDryRun: dryRun,
      receivedAt: clock().toISOString(),
      maxLines: maxBatchLines,
    });
    return reply.type(ndjson).send(answers);
  });
};

const send = async (reply: FastifyReply, { status, body }: Answer<object>): Promise<FastifyReply> =>
  reply
    .code(status)
    .type(status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(body));

const requireJson = (contentType: string | undefined): void => {
  const [type, ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const isUtf8 = parameters.every((parameter) => !/^\s*charset=(?!"?utf-8"?\s*$)/.test(parameter));
  if (type?.trim() !== 'application/json' || !isUtf8) throw unsupported('application/json', contentType);
};

const unsupported = (wanted: string, got: string | undefined): HttpProblem =>
  new HttpProblem(
    problemOf({ code: 'INVALID_REQUEST', detail: `content-type: send ${wanted}, not ${got ?? 'nothing'}` }, 415),
  );
