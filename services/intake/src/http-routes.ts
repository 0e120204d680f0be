import type { FastifyInstance } from 'fastify';
import type { Command, RecordCommand } from '@tollgate/balance';
import type { Parsed } from '@tollgate/contracts';
import {
  accountIdPattern,
  batchQuery,
  isUnreadUsage,
  parseBody,
  parseCutoff,
  parseFurther,
  parseOpening,
  problemOf,
  recordKinds,
  unreadUsage,
} from '@tollgate/contracts';
import { HttpProblem, boundedBy, documentOf, ndjson, valid } from '@tollgate/service-runtime';
import type { Admission } from '@tollgate/service-runtime';
import { accountAnswerOf, recordAnswerOf } from './answer';
import type { Answer } from './answer';
import { runBatch } from './batch';
import { createOrigin, requireJson, send, unsupported } from './exchange';
import type { Exchange } from './exchange';
import type { Outcome } from './intent';
import type { Ledger } from './ledger';
import { recordedBefore } from './recorded-before';

type Parts = {
  ledger: Pick<Ledger, 'submit' | 'forecast'>;
  clock: () => Date;
  maxBatchLines: number;
  admission: Admission;
};

const usageIn = (body: unknown): Parsed<RecordCommand> =>
  isUnreadUsage(body) ? { ok: true, value: body } : recordKinds.usage(body);

/** `unread`: what a body is taken for where it need not be read. */
type RecordRoute = { parse: (body: unknown) => Parsed<RecordCommand>; unread?: typeof unreadUsage };

const recordRoutes: Record<string, RecordRoute> = {
  '/v1/payments': { parse: recordKinds.payment },
  '/v1/usage': { parse: usageIn, unread: unreadUsage },
  '/v1/adjustments': { parse: recordKinds.adjustment },
  '/v1/reversals': { parse: recordKinds.reversal },
};

/** The calls that write (DESIGN 4). An answer is sent once what it says is durable. */
export const addIntakeRoutes = (server: FastifyInstance, parts: Parts): void => {
  const { ledger, clock, maxBatchLines, admission } = parts;
  const bounded = boundedBy(admission);

  const originOf = createOrigin(clock);

  /** Submits one command and sends what becomes of it. */
  const answer = <One extends Command>(
    { request, reply }: Exchange,
    parse: (body: unknown) => Parsed<One>,
    answerOf: (command: One, outcome: Outcome) => Answer,
  ): void => {
    requireJson(request.headers['content-type']);
    const parsed = parseFurther(documentOf(request), parse);
    const { source, firstLine } = originOf(request);
    const metadata = firstLine === undefined ? { source } : { source, line: firstLine };
    const done = (command: One, outcome: Outcome | undefined): void => {
      if (outcome === undefined) throw new Error('the ledger gave no outcome');
      send(reply, answerOf(command, outcome));
    };
    const failed = (error: unknown): void => void reply.send(error);
    // Not an async handler: what Fastify does about its promise costs as much as the parsing.
    if (parsed.ok)
      ledger
        .submit([{ intent: parsed.value, metadata }])
        .then(([outcome]) => {
          done(parsed.value, outcome);
        })
        .catch(failed);
    else
      recordedBefore(ledger, { refused: parsed, metadata })
        .then((before) => {
          done(before?.command ?? valid(parsed), before?.outcome);
        })
        .catch(failed);
  };

  for (const [url, { parse, ...config }] of Object.entries(recordRoutes))
    server.post(url, { ...bounded, config }, (request, reply) => {
      answer<RecordCommand>({ request, reply }, parse, recordAnswerOf);
    });

  server.post('/v1/accounts', bounded, (request, reply) => {
    const parse = asCommand(parseOpening, (data) => ({ type: 'OpenAccount', data }) as const);
    answer({ request, reply }, parse, accountAnswerOf);
  });

  server.put<{ Params: { accountId: string } }>('/v1/accounts/:accountId/cutoff', bounded, (request, reply) => {
    const { accountId } = request.params;
    requireJson(request.headers['content-type']);
    if (!accountIdPattern.test(accountId))
      throw new HttpProblem(
        problemOf({ code: 'ACCOUNT_NOT_FOUND', detail: `accountId: ${accountId} cannot be an account id` }),
      );
    const parse = asCommand(parseCutoff, (data) => ({ type: 'ChangeCutoff', accountId, data }) as const);
    answer({ request, reply }, parse, accountAnswerOf);
  });

  server.post('/v1/batch', bounded, async (request, reply) => {
    if (!Buffer.isBuffer(request.body)) throw unsupported(ndjson, request.headers['content-type']);
    const { dryRun: isDryRun } = valid(parseBody(batchQuery, request.query));
    const options = { ...originOf(request), ledger, isDryRun, maxLines: maxBatchLines };
    const answers = await runBatch(request.body, options);
    return reply.type(ndjson).send(answers);
  });
};

const asCommand =
  <Body, One extends Command>(parse: (body: unknown) => Parsed<Body>, toCommand: (body: Body) => One) =>
  (body: unknown): Parsed<One> => {
    const parsed = parse(body);
    return parsed.ok ? { ok: true, value: toCommand(parsed.value) } : { ok: false, detail: parsed.detail };
  };
