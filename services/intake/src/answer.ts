import { accountIdOf, recordKeyOf } from '@tollgate/balance';
import type { Command, RecordCommand, RecordKind, Rejection } from '@tollgate/balance';
import { problemOf } from '@tollgate/contracts';
import type { AccountAnswer, Problem } from '@tollgate/contracts';
import type { Forecast, Outcome } from './intent';

/** An answer to a single call; `text` is JSON. */
export type Answer = { status: number; text: string };

type Accepted = Exclude<Forecast, { status: 'rejected' | 'refused' }>;

/** Only calls are refused: a record counts, or is rejected. */
const ofRecord = (outcome: Forecast): Exclude<Forecast, { status: 'refused' }> => {
  if (outcome.status === 'refused') throw new Error('a record was refused as if it were a call');
  return outcome;
};

/** 201 the first time, 200 for the same again, a problem for what was refused (DESIGN 4). */
export const recordAnswerOf = (command: RecordCommand, given: Forecast): Answer => {
  const outcome = ofRecord(given);
  return outcome.status === 'rejected'
    ? refusal(outcome.rejection)
    : { status: statusOf(outcome), text: recordText('{"accountId":"', command, outcome) };
};

/** The line of a batch that says the same; of what was refused, the problem, for the batch knows how much room it has. */
export const lineAnswerOf = (command: RecordCommand, given: Forecast): string | Problem => {
  const outcome = ofRecord(given);
  return outcome.status === 'rejected'
    ? problemOf(outcome.rejection)
    : recordText(statusOf(outcome) === 200 ? lineOfRepeat : lineOfFirst, command, outcome);
};

const lineOfFirst = '{"status":201,"accountId":"';
const lineOfRepeat = '{"status":200,"accountId":"';

/** As `recordAnswerOf`, for an opening (201 the first time) and a rule (always 200). */
export const accountAnswerOf = (command: Exclude<Command, RecordCommand>, outcome: Outcome): Answer => {
  if (outcome.status === 'rejected') return refusal(outcome.rejection);
  if (outcome.status === 'refused') throw new Error('an account was refused as if it were a call');
  const { isDuplicate, revision, position } = outcome;
  const accountId = command.type === 'OpenAccount' ? command.data.accountId : command.accountId;
  const body: AccountAnswer = { accountId, duplicate: isDuplicate, revision, position: position.toString() };
  return { status: command.type === 'OpenAccount' && !isDuplicate ? 201 : 200, text: JSON.stringify(body) };
};

const statusOf = (outcome: Accepted): number => (outcome.status === 'recorded' && outcome.isDuplicate ? 200 : 201);

/**
 * A `RecordAnswer` or, of a forecast, a `RecordForecast`, as `JSON.stringify` has it, after what it begins with. Of few pieces: each is
 * an object until all of them are bytes.
 */
const recordText = (beginning: string, command: RecordCommand, outcome: Accepted): string => {
  const { kind, id } = recordKeyOf(command);
  const named = beginning + accountIdOf(command) + beforeId[kind] + escaped(id);
  if (outcome.status === 'acceptable') return `${named}","duplicate":false}`;
  const { isDuplicate, revision, position, shredded } = outcome;
  const recorded = `${named}${isDuplicate ? afterRepeated : afterFirst}${revision},"position":"${position.toString()}`;
  return shredded === undefined ? `${recorded}"}` : `${recorded}","shredded":${JSON.stringify(shredded)}}`;
};

const beforeId: Record<RecordKind, string> = {
  payment: '","kind":"payment","id":"',
  usage: '","kind":"usage","id":"',
  adjustment: '","kind":"adjustment","id":"',
  reversal: '","kind":"reversal","id":"',
};
const afterFirst = '","duplicate":false,"revision":';
const afterRepeated = '","duplicate":true,"revision":';

/** An id is printable ASCII, and only these two of it are written otherwise in JSON. */
const escaped = (id: string): string => (id.includes('"') || id.includes('\\') ? JSON.stringify(id).slice(1, -1) : id);

export const refusal = (rejection: Rejection): Answer => {
  const problem = problemOf(rejection);
  return { status: problem.status, text: JSON.stringify(problem) };
};
