import { isSameContent, recordKeyOf } from '@tollgate/balance';
import type { RecordCommand } from '@tollgate/balance';
import { parseJson, recordKinds } from '@tollgate/contracts';
import type { ProblemCode, RejectedMessage, Topics } from '@tollgate/contracts';

/** Which rejected messages to send again: those that fit everything that is given. Times are when they were received. */
export type RedriveSelection = {
  codes?: readonly string[] | undefined;
  accounts?: readonly string[] | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
};

/** What sending a message again would do now. */
export type Outlook =
  | { status: 'applies' }
  /** It has counted already, or an earlier message of this redrive says the same: nothing would change. */
  | { status: 'duplicate' }
  | { status: 'refused'; code: string; detail: string };

export type Judged = readonly [RejectedMessage, Outlook];

/** A rejected message that intake could take, or why it could not. */
type Candidate = { command: RecordCommand; line: Buffer } | (Outlook & { status: 'refused' });

/** Answers of a dry run of `POST /v1/batch`, one a line. */
type DryRun = (lines: readonly Buffer[]) => Promise<readonly DryRunAnswer[]>;
type DryRunAnswer = { duplicate: boolean } | { code: string; detail: string };

/** The bytes as they first came, absent if they were cut or there were none. */
export const payloadBytes = ({ payload, payloadBase64, truncated }: RejectedMessage): Buffer | undefined => {
  if (truncated === true) return undefined;
  if (payloadBase64 !== undefined) return Buffer.from(payloadBase64, 'base64');
  return payload === undefined || payload === null ? undefined : Buffer.from(payload);
};

export const isSelected = (message: RejectedMessage, { codes, accounts, since, until }: RedriveSelection): boolean => {
  const receivedAt = new Date(message.receivedAt);
  const accountId = accountIdIn(message);
  return (
    (codes === undefined || codes.includes(message.code)) &&
    (accounts === undefined || (accountId !== undefined && accounts.includes(accountId))) &&
    (since === undefined || receivedAt >= since) &&
    (until === undefined || receivedAt < until)
  );
};

/** The account a rejected message names, if it can be read that far; also the key it is sent again under. */
export const accountIdIn = (message: RejectedMessage): string | undefined => {
  const bytes = payloadBytes(message);
  const parsed = bytes && parseJson(bytes);
  const value = parsed?.ok === false ? parsed.before : parsed?.value;
  if (typeof value !== 'object' || value === null) return undefined;
  return 'accountId' in value && typeof value.accountId === 'string' ? value.accountId : undefined;
};

/** By the place they came from: a producer's messages keep their order, so that of two with one id the first counts. */
export const inOrder = (messages: readonly RejectedMessage[]): RejectedMessage[] =>
  messages.toSorted(
    ({ source: one }, { source: other }) =>
      one.topic.localeCompare(other.topic) ||
      one.partition - other.partition ||
      one.offset.length - other.offset.length ||
      (one.offset < other.offset ? -1 : 1),
  );

/**
 * Says what would become of messages that are sent in this order: by a dry run, which judges each by itself, and by what those before
 * it make of their ids.
 */
export const createForecast = (topics: Topics, dryRun: DryRun) => {
  const expected = new Map<string, RecordCommand>();

  const outlookOf = (command: RecordCommand, answer: DryRunAnswer | undefined): Outlook => {
    if (answer === undefined) throw new Error('the dry run answered fewer lines than it was given');
    if ('code' in answer) return { status: 'refused', code: answer.code, detail: answer.detail };
    if (answer.duplicate) return { status: 'duplicate' };
    const { kind, id } = recordKeyOf(command);
    const key = `${kind} ${command.data.accountId} ${id}`;
    const first = expected.get(key);
    expected.set(key, first ?? command);
    if (first === undefined) return { status: 'applies' };
    if (isSameContent(first.data, command.data)) return { status: 'duplicate' };
    return refuse('ID_CONFLICT', `${kind} ${id} is in an earlier message with other content`);
  };

  return async (messages: readonly RejectedMessage[]): Promise<Judged[]> => {
    const candidates = messages.map((message) => [message, candidateOf(message, topics)] as const);
    const lines = candidates.flatMap(([, candidate]) => ('line' in candidate ? [candidate.line] : []));
    const answers = lines.length === 0 ? [] : await dryRun(lines);
    let next = 0;
    return candidates.map(([message, candidate]) => [
      message,
      'line' in candidate ? outlookOf(candidate.command, answers[next++]) : candidate,
    ]);
  };
};

const candidateOf = (message: RejectedMessage, topics: Topics): Candidate => {
  const bytes = payloadBytes(message);
  if (message.payload === null) return refuse('INVALID_REQUEST', 'the message has no value: there is nothing to send');
  if (bytes === undefined)
    return refuse('INCOMPLETE', 'not all of the message was kept: its producer must send it again');
  const json = parseJson(bytes);
  if (!json.ok) return refuse('INVALID_REQUEST', json.detail);
  const kind = kindOf(message.source.topic, topics);
  if (kind === undefined) return refuse('INCOMPLETE', `it came from ${message.source.topic}, which is not read here`);
  const parsed = recordKinds[kind](json.value);
  if (!parsed.ok) return refuse('INVALID_REQUEST', parsed.detail);
  return { command: parsed.value, line: Buffer.from(JSON.stringify({ kind, ...parsed.value.data })) };
};

const kindOf = (topic: string, topics: Topics): 'payment' | 'usage' | undefined => {
  if (topic === topics.payments) return 'payment';
  return topic === topics.usage ? 'usage' : undefined;
};

const refuse = (code: ProblemCode | 'INCOMPLETE', detail: string) => ({ status: 'refused', code, detail }) as const;
