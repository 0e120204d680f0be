import * as example from './examples';
import { statementList } from './lists';
import * as parameter from './parameters';
import { json } from './route';
import type { Route } from './route';
import { statementAnswer, statementClosing, statementView } from './statements';

/** Statements that are closed: intervals of the log. */
export const statementRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/accounts/{accountId}/statements',
    operationId: 'closeStatement',
    tag: 'accounts',
    summary: 'Closes a statement: what was recorded before a time and is in no statement yet; it never changes',
    request: json(statementClosing, example.statementClosingExample),
    answers: {
      201: { description: 'Closed: it is durable.', content: [json(statementAnswer, example.statementAnswerExample)] },
      200: {
        description: 'It was closed so before: nothing changed, and the answer is the first one.',
        content: [json(statementAnswer, { ...example.statementAnswerExample, duplicate: true })],
      },
    },
    problems: [
      ...(['INVALID_REQUEST', 'ACCOUNT_NOT_FOUND', 'ID_CONFLICT', 'STATEMENT_PERIOD_INVALID'] as const),
      ...(['STORE_UNAVAILABLE', 'OVERLOADED'] as const),
    ],
  },
  {
    method: 'get',
    path: '/v1/accounts/{accountId}/statements',
    operationId: 'listStatements',
    tag: 'accounts',
    summary: 'The closed statements of an account, oldest first',
    parameters: [parameter.afterNumber, parameter.limit, parameter.minPosition],
    answers: {
      200: {
        description: 'A page.',
        content: [json(statementList, { items: [example.statementExample], next: null })],
      },
    },
    problems: ['INVALID_REQUEST', 'ACCOUNT_NOT_FOUND', 'READ_MODEL_BEHIND'],
  },
  {
    method: 'get',
    path: '/v1/accounts/{accountId}/statements/{statementId}',
    operationId: 'readStatement',
    tag: 'accounts',
    summary: 'A closed statement, as it was closed',
    parameters: [parameter.minPosition],
    answers: { 200: { description: 'The statement.', content: [json(statementView, example.statementExample)] } },
    problems: ['INVALID_REQUEST', 'ACCOUNT_NOT_FOUND', 'STATEMENT_NOT_FOUND', 'READ_MODEL_BEHIND'],
  },
];
