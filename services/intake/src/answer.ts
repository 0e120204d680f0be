import { recordKeyOf } from '@tollgate/balance';
import type { Command, RecordCommand } from '@tollgate/balance';
import { problemOf } from '@tollgate/contracts';
import type { AccountAnswer, Problem, RecordAnswer, RecordForecast } from '@tollgate/contracts';
import type { Forecast, Outcome } from './intent';

export type Answer<Body> = { status: number; body: Body | Problem };

/** 201 the first time, 200 for the same again, a problem for what was refused (DESIGN 4). */
export const recordAnswerOf = (command: RecordCommand, outcome: Forecast): Answer<RecordAnswer | RecordForecast> => {
  if (outcome.status === 'rejected') return refusal(outcome);
  const { kind, id } = recordKeyOf(command);
  const { accountId } = command.data;
  if (outcome.status === 'acceptable') return { status: 201, body: { accountId, kind, id, duplicate: false } };
  const { isDuplicate, revision, position } = outcome;
  const body = { accountId, kind, id, duplicate: isDuplicate, revision, position: position.toString() };
  return { status: isDuplicate ? 200 : 201, body };
};

/** As `recordAnswerOf`, for an opening (201 the first time) and a rule (always 200). */
export const accountAnswerOf = (command: Exclude<Command, RecordCommand>, outcome: Outcome): Answer<AccountAnswer> => {
  if (outcome.status === 'rejected') return refusal(outcome);
  const { isDuplicate, revision, position } = outcome;
  const accountId = command.type === 'OpenAccount' ? command.data.accountId : command.accountId;
  const body = { accountId, duplicate: isDuplicate, revision, position: position.toString() };
  return { status: command.type === 'OpenAccount' && !isDuplicate ? 201 : 200, body };
};

const refusal = ({ rejection }: Outcome & { status: 'rejected' }): { status: number; body: Problem } => {
  const body = problemOf(rejection);
  return { status: body.status, body };
};
