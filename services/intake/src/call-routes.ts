import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ringingSeconds } from '@tollgate/balance';
import type { Authorization, CallCommand, CallRate, Terms } from '@tollgate/balance';
import {
  accountIdPattern,
  parseAuthorization,
  parseExtending,
  parseFurther,
  parseReleasing,
  problemOf,
  recordIdPattern,
} from '@tollgate/contracts';
import type { Parsed } from '@tollgate/contracts';
import { rateIn } from '@tollgate/rating';
import type { Deck } from '@tollgate/rating';
import { HttpProblem, boundedBy, documentOf, valid } from '@tollgate/service-runtime';
import type { Admission } from '@tollgate/service-runtime';
import type { Answer } from './answer';
import { grantAnswerOf, releaseAnswerOf } from './call-answer';
import { createOrigin, requireJson, send } from './exchange';
import type { Exchange } from './exchange';
import type { Outcome } from './intent';
import type { Ledger } from './ledger';

type Parts = {
  ledger: Pick<Ledger, 'submit'>;
  clock: () => Date;
  admission: Admission;
  /** By the name that an authorization gives. */
  decks: ReadonlyMap<string, Deck>;
  /** What a partner is charged by beside the prices of a deck, where somebody rates its calls here. */
  termsOf(accountId: string): Terms | undefined;
  /** Whether a switch may name the price itself: whoever may is granted anything. */
  takesPrice: boolean;
  /** Whether whoever reaches this address may be a stranger: none of the calls is served then. */
  isOpenToOthers: boolean;
};

type Named = { Params: { accountId: string; authorizationId: string } };

/** The calls by which a switch asks about a call before, while and after it routes it (README, "Authorising calls"). */
export const addCallRoutes = (server: FastifyInstance, parts: Parts): void => {
  const { ledger, clock, admission, isOpenToOthers } = parts;
  const bounded = boundedBy(admission);
  const originOf = createOrigin(clock);

  const answer = <Body, One extends CallCommand>(
    { request, reply }: Exchange,
    parse: (body: unknown) => Parsed<Body>,
    { commandOf, answerOf }: { commandOf(body: Body): One; answerOf(command: One, outcome: Outcome): Answer },
  ): void => {
    if (isOpenToOthers) throw notServed();
    requireJson(request.headers['content-type']);
    const command = commandOf(valid(parseFurther(documentOf(request), parse)));
    const { source } = originOf(request);
    ledger
      .submit([{ intent: command, metadata: { source } }])
      .then(([outcome]) => {
        if (outcome === undefined) throw new Error('the ledger gave no outcome');
        send(reply, answerOf(command, outcome));
      })
      .catch((error: unknown) => void reply.send(error));
  };

  server.post('/v1/authorizations', bounded, (request, reply) => {
    answer({ request, reply }, parseAuthorization, {
      commandOf: (data) => ({ type: 'AuthorizeCall', data, rate: rateFor(parts, data) }) as const,
      answerOf: grantAnswerOf,
    });
  });

  const path = '/v1/authorizations/:accountId/:authorizationId';
  server.post<Named>(`${path}/extend`, bounded, (request, reply) => {
    answer({ request, reply }, parseExtending, {
      commandOf: (data) => ({ type: 'ExtendCall', data: { ...namedIn(request), ...data } }) as const,
      answerOf: grantAnswerOf,
    });
  });
  server.post<Named>(`${path}/release`, bounded, (request, reply) => {
    answer({ request, reply }, parseReleasing, {
      commandOf: (data) => ({ type: 'ReleaseCall', data: { ...namedIn(request), ...data } }) as const,
      answerOf: releaseAnswerOf,
    });
  });
};

/** Absent where no deck says what the call costs, in the currency that is asked for. */
const rateFor = (
  { decks, termsOf, takesPrice, clock }: Parts,
  data: Authorization,
): CallRate | 'barred' | undefined => {
  const { deck: name, price, currency, callee } = data;
  if (price !== undefined) {
    if (takesPrice) return price;
    const detail = 'price: taken only where AUTHORIZE_WITH_PRICE=1 is set; name a deck';
    throw new HttpProblem(problemOf({ code: 'INVALID_REQUEST', detail }));
  }
  const deck = name === undefined ? undefined : decks.get(name);
  if (deck?.currency !== currency) return undefined;
  const fromMs = clock().getTime();
  const found = rateIn(deck, callee, { fromMs, untilMs: fromMs + ringingSeconds * 1_000 });
  if (found === undefined || found === 'barred') return found;
  const terms = termsOf(data.accountId);
  return terms ? { ...found, terms } : found;
};

const namedIn = ({ params }: FastifyRequest<Named>): Named['Params'] => {
  const { accountId, authorizationId } = params;
  if (!accountIdPattern.test(accountId))
    throw new HttpProblem(
      problemOf({ code: 'ACCOUNT_NOT_FOUND', detail: `accountId: ${accountId} cannot be an account id` }),
    );
  if (!recordIdPattern.test(authorizationId))
    throw new HttpProblem(
      problemOf({
        code: 'AUTHORIZATION_NOT_FOUND',
        detail: 'authorizationId: must be 1 to 128 printable ASCII characters without a space',
      }),
    );
  return { accountId, authorizationId };
};

const notServed = (): HttpProblem =>
  new HttpProblem(
    problemOf({
      code: 'AUTHORIZATIONS_NOT_SERVED',
      detail:
        'this Tollgate listens beyond its own machine, where any stranger could reserve a partner\u2019s money; until it has access control it authorises calls only with TOLLGATE_HOST=127.0.0.1, ::1 or localhost',
    }),
  );
