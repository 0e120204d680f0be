import { authorization, authorizationAnswer, extending, releaseAnswer, releasing } from './authorizations';
import * as example from './examples';
import { reservationList } from './lists';
import * as parameter from './parameters';
import { json } from './route';
import type { Route } from './route';

const callProblems = [
  'INVALID_REQUEST',
  'ACCOUNT_NOT_FOUND',
  'ID_CONFLICT',
  'AUTHORIZATIONS_NOT_SERVED',
  'STORE_UNAVAILABLE',
  'OVERLOADED',
] as const;

const granted = json(authorizationAnswer, example.authorizationAnswerExample);
const released = json(releaseAnswer, example.releaseAnswerExample);

/** What a switch asks about calls. */
export const calls: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/authorizations',
    operationId: 'authorizeCall',
    tag: 'calls',
    summary: 'Asks how long a call may last, and reserves what that costs',
    request: json(authorization, example.authorizationExample),
    answers: {
      201: { description: 'Granted: the reservation is durable.', content: [granted] },
      200: {
        description: 'Refused, which is not recorded; or the same was granted before: the answer is the first one.',
        content: [json(authorizationAnswer, example.refusalExample)],
      },
    },
    problems: [...callProblems, 'CURRENCY_MISMATCH'],
  },
  {
    method: 'post',
    path: '/v1/authorizations/{accountId}/{authorizationId}/extend',
    operationId: 'extendCall',
    tag: 'calls',
    summary: 'Asks for more time for a call that goes on',
    request: json(extending, { number: 1 }),
    answers: {
      201: { description: 'Granted: seconds of the whole call, earlier ones included.', content: [granted] },
      200: {
        description: 'No more is granted: the call may last as long as before; or the same was granted before.',
        content: [
          json(authorizationAnswer, { ...example.refusalExample, granted: 179, reason: 'INSUFFICIENT_BALANCE' }),
        ],
      },
    },
    problems: [...callProblems, 'AUTHORIZATION_NOT_FOUND', 'AUTHORIZATION_ENDED'],
  },
  {
    method: 'post',
    path: '/v1/authorizations/{accountId}/{authorizationId}/release',
    operationId: 'releaseCall',
    tag: 'calls',
    summary: 'Tells that a call has ended: what it did not use is reserved no more',
    request: json(releasing, { usedSeconds: 105 }),
    answers: {
      201: { description: 'Released: it is durable.', content: [released] },
      200: {
        description: 'It was released before, or nothing is held for it any more.',
        content: [json(releaseAnswer, { ...example.releaseAnswerExample, duplicate: true })],
      },
    },
    problems: [...callProblems, 'AUTHORIZATION_NOT_FOUND'],
  },
  {
    method: 'get',
    path: '/v1/accounts/{accountId}/authorizations',
    operationId: 'listAuthorizations',
    tag: 'calls',
    summary: 'Calls for which something is held, in the order of their ids',
    parameters: [parameter.afterKey, parameter.limit, parameter.minPosition],
    answers: {
      200: {
        description: 'A page.',
        content: [json(reservationList, { items: [example.reservationExample], next: null })],
      },
    },
    problems: ['INVALID_REQUEST', 'ACCOUNT_NOT_FOUND', 'READ_MODEL_BEHIND'],
  },
];
