import { z } from 'zod';
import { accountOpening, cutoffSetting } from './accounts';
import { acknowledgement, acknowledgementAnswer } from './acknowledgements';
import { accountAnswer, accountView, recordAnswer } from './answers';
import { batchLine, batchLineAnswer } from './batch-line';
import { calls } from './call-routes';
import * as example from './examples';
import { accountList, blockedList, historyList } from './lists';
import * as parameter from './parameters';
import { proofRoutes } from './proof-routes';
import { adjustment, payment, reversal, usage } from './records';
import { json } from './route';
import type { Route } from './route';
import { statementRoutes } from './statement-routes';
import { trafficCommand } from './traffic-control';

const recordAnswers: Route['answers'] = {
  201: { description: 'Recorded: it is durable.', content: [json(recordAnswer, example.recordAnswerExample)] },
  200: {
    description: 'The same was recorded before: nothing changed, and the answer is the first one.',
    content: [json(recordAnswer, { ...example.recordAnswerExample, duplicate: true })],
  },
};
const recordProblems = [
  'INVALID_REQUEST',
  'ACCOUNT_NOT_FOUND',
  'ID_CONFLICT',
  'STORE_UNAVAILABLE',
  'OVERLOADED',
] as const;

const records: Route[] = [
  {
    method: 'post',
    path: '/v1/payments',
    operationId: 'recordPayment',
    tag: 'records',
    summary: 'Records a payment',
    request: json(payment, example.paymentExample),
    answers: recordAnswers,
    problems: [...recordProblems, 'CURRENCY_MISMATCH'],
  },
  {
    method: 'post',
    path: '/v1/usage',
    operationId: 'chargeUsage',
    tag: 'records',
    summary: 'Charges one rated leg of one call, whether or not the account is blocked',
    request: json(usage, example.usageExample),
    answers: recordAnswers,
    problems: [...recordProblems, 'CURRENCY_MISMATCH'],
  },
  {
    method: 'post',
    path: '/v1/adjustments',
    operationId: 'adjustBalance',
    tag: 'records',
    summary: 'Corrects a balance by a signed amount',
    request: json(adjustment, example.adjustmentExample),
    answers: recordAnswers,
    problems: [...recordProblems, 'CURRENCY_MISMATCH'],
  },
  {
    method: 'post',
    path: '/v1/reversals',
    operationId: 'reverseEntry',
    tag: 'records',
    summary: 'Undoes a payment, usage or adjustment, once',
    request: json(reversal, example.reversalExample),
    answers: recordAnswers,
    problems: [...recordProblems, 'ORIGINAL_NOT_FOUND', 'ALREADY_REVERSED'],
  },
  {
    method: 'post',
    path: '/v1/batch',
    operationId: 'recordBatch',
    tag: 'records',
    summary: 'Records many: an answer a line, in order; blank lines are skipped',
    parameters: [parameter.dryRun],
    request: {
      as: 'lines',
      of: batchLine,
      examples: [
        { kind: 'payment', ...example.paymentExample },
        { kind: 'usage', ...example.usageExample },
      ],
    },
    answers: {
      200: {
        description:
          'Every line was decided, and what was accepted is durable; a refused line has the problem of the single call.',
        content: [
          {
            as: 'lines',
            of: batchLineAnswer,
            examples: [{ status: 201, ...example.recordAnswerExample }, example.problemExample],
          },
        ],
      },
    },
    problems: ['INVALID_REQUEST', 'STORE_UNAVAILABLE', 'OVERLOADED'],
  },
];

const pastPage =
  'One of how it was ends after half a second: it may have fewer items than `limit`, or none, while `next` names the last it looked at.';

const accounts: Route[] = [
  {
    method: 'post',
    path: '/v1/accounts',
    operationId: 'openAccount',
    tag: 'accounts',
    summary: 'Opens an account',
    request: json(accountOpening, example.openingExample),
    answers: {
      201: { description: 'Opened: it is durable.', content: [json(accountAnswer, example.accountAnswerExample)] },
      200: {
        description: 'The same account was opened before: nothing changed.',
        content: [json(accountAnswer, { ...example.accountAnswerExample, duplicate: true })],
      },
    },
    problems: ['INVALID_REQUEST', 'ACCOUNT_EXISTS', 'STORE_UNAVAILABLE', 'OVERLOADED'],
  },
  {
    method: 'get',
    path: '/v1/accounts',
    operationId: 'listAccounts',
    tag: 'accounts',
    summary: 'Accounts in the order of their ids, as they are or as they were',
    parameters: [parameter.afterKey, parameter.limit, parameter.minPosition, ...parameter.moment],
    answers: {
      200: {
        description: `A page. ${pastPage}`,
        content: [json(accountList, { items: [example.accountExample], next: null })],
      },
    },
    problems: ['INVALID_REQUEST', 'READ_MODEL_BEHIND'],
  },
  {
    method: 'get',
    path: '/v1/accounts/{accountId}',
    operationId: 'readAccount',
    tag: 'accounts',
    summary: 'Balances, rule and traffic state of an account, as they are or as they were',
    parameters: [parameter.minPosition, ...parameter.moment],
    answers: { 200: { description: 'The account.', content: [json(accountView, example.accountExample)] } },
    problems: ['INVALID_REQUEST', 'ACCOUNT_NOT_FOUND', 'READ_MODEL_BEHIND'],
  },
  {
    method: 'put',
    path: '/v1/accounts/{accountId}/cutoff',
    operationId: 'changeCutoff',
    tag: 'accounts',
    summary: 'Replaces the rule that says which balances cut traffic',
    request: json(cutoffSetting, example.cutoffExample),
    answers: {
      200: {
        description: 'The rule is as asked, and durable; duplicate if it was so before.',
        content: [json(accountAnswer, { ...example.accountAnswerExample, revision: 43, position: '1302' })],
      },
    },
    problems: ['INVALID_REQUEST', 'ACCOUNT_NOT_FOUND', 'STORE_UNAVAILABLE', 'OVERLOADED'],
  },
  {
    method: 'get',
    path: '/v1/accounts/{accountId}/history',
    operationId: 'readHistory',
    tag: 'accounts',
    summary: 'The events of an account as recorded, oldest first',
    parameters: [parameter.afterRevision, parameter.limit, parameter.minPosition],
    answers: {
      200: { description: 'A page.', content: [json(historyList, { items: [example.historyExample], next: '41' })] },
    },
    problems: ['INVALID_REQUEST', 'ACCOUNT_NOT_FOUND', 'READ_MODEL_BEHIND'],
  },
];

const traffic: Route[] = [
  {
    method: 'get',
    path: '/v1/traffic-control',
    operationId: 'readTrafficControl',
    tag: 'traffic',
    summary: 'Who is blocked, or was; or, as an event stream, the commands as they are made',
    parameters: [
      parameter.afterKey,
      parameter.limit,
      parameter.minPosition,
      ...parameter.moment,
      parameter.fromStart,
      parameter.lastEventIdHeader,
    ],
    answers: {
      200: {
        description: `application/json: a page of what is blocked, by account and direction; of what was blocked, without what switches told of it. ${pastPage} text/event-stream (ask for it in Accept): a command an event, whose id is its position in the log.`,
        content: [
          json(blockedList, { items: [example.blockedExample], next: null }),
          { as: 'events', data: trafficCommand, example: example.commandExample },
        ],
      },
    },
    problems: ['INVALID_REQUEST', 'READ_MODEL_BEHIND'],
  },
  {
    method: 'post',
    path: '/v1/acknowledgements',
    operationId: 'acknowledgeCommand',
    tag: 'traffic',
    summary: 'A switch tells what it has made of a command',
    request: json(acknowledgement, example.acknowledgementExample),
    answers: {
      201: {
        description: 'Noted: it is durable.',
        content: [json(acknowledgementAnswer, example.acknowledgementAnswerExample)],
      },
      200: {
        description: 'The switch told that result of that command before: the answer is the first one.',
        content: [json(acknowledgementAnswer, { ...example.acknowledgementAnswerExample, duplicate: true })],
      },
    },
    problems: [
      'INVALID_REQUEST',
      'COMMAND_NOT_FOUND',
      'ACKNOWLEDGEMENTS_NOT_SERVED',
      'STORE_UNAVAILABLE',
      'OVERLOADED',
    ],
  },
];

const health = z.strictObject({ status: z.literal('ok') }).meta({ id: 'Health' });
const readiness = z
  .strictObject({
    status: z.enum(['ready', 'not ready']),
    parts: z.array(z.strictObject({ name: z.string(), isReady: z.boolean(), detail: z.string() })),
  })
  .meta({ id: 'Readiness' });
const part = { name: 'balance projector', isReady: true, detail: 'at position 1289' };

const operator: Route[] = [
  {
    method: 'get',
    path: '/healthz',
    operationId: 'readHealth',
    tag: 'operator',
    summary: 'Whether the process answers',
    answers: { 200: { description: 'It does.', content: [json(health, { status: 'ok' })] } },
    problems: [],
  },
  {
    method: 'get',
    path: '/readyz',
    operationId: 'readReadiness',
    tag: 'operator',
    summary: 'Whether traffic may be sent here',
    answers: {
      200: {
        description: 'Every part that answers and decisions need is ready; reports may be behind.',
        content: [json(readiness, { status: 'ready', parts: [part] })],
      },
      503: {
        description: 'A part that they need is not ready.',
        content: [
          json(readiness, { status: 'not ready', parts: [{ ...part, isReady: false, detail: 'catching up' }] }),
        ],
      },
    },
    problems: [],
  },
  {
    method: 'get',
    path: '/metrics',
    operationId: 'readMetrics',
    tag: 'operator',
    summary: 'Metrics',
    answers: {
      200: {
        description: 'All metrics.',
        content: [{ as: 'text', mediaType: 'text/plain', description: 'Prometheus text format.' }],
      },
    },
    problems: [],
  },
];

/** Every call of DESIGN section 4. */
export const routes: readonly Route[] = [
  ...records,
  ...accounts,
  ...statementRoutes,
  ...calls,
  ...traffic,
  ...proofRoutes,
  ...operator,
];
