import { parseJson, recordKinds } from '@tollgate/contracts';
import type { ProblemCode, RejectedMessage, Topics } from '@tollgate/contracts';

/** Which rejected messages to send again: those that fit everything that is given. Times are when they were received. */
export type RedriveSelection = {
  codes?: readonly string[] | undefined;
  accounts?: readonly string[] | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
};

/** What sending a message again would do now: apply it (or find it a duplicate), or have it refused for `code` again. */
export type Forecast = { willApply: true } | { willApply: false; code: ProblemCode | 'INCOMPLETE'; detail: string };

/** Currency of an account, absent if it is not open. */
export type CurrencyOf = (accountId: string) => Promise<string | undefined>;

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
  if (parsed?.ok !== true || typeof parsed.value !== 'object' || parsed.value === null) return undefined;
  return 'accountId' in parsed.value && typeof parsed.value.accountId === 'string' ? parsed.value.accountId : undefined;
};

/** Says what would become of a message, by the rules intake will apply to it. */
export const forecast = async (message: RejectedMessage, topics: Topics, currencyOf: CurrencyOf): Promise<Forecast> => {
  const bytes = payloadBytes(message);
  if (message.payload === null) return refuse('INVALID_REQUEST', 'the message has no value: there is nothing to send');
  if (bytes === undefined)
    return refuse('INCOMPLETE', 'not all of the message was kept: its producer must send it again');
  const json = parseJson(bytes);
  if (!json.ok) return refuse('INVALID_REQUEST', json.detail);
  const parse = parserOf(message.source.topic, topics);
  if (parse === undefined) return refuse('INCOMPLETE', `it came from ${message.source.topic}, which is not read here`);
  const parsed = parse(json.value);
  if (!parsed.ok) return refuse('INVALID_REQUEST', parsed.detail);
  if (message.code === 'ID_CONFLICT') return refuse('ID_CONFLICT', 'ids are for ever: record it under another id');
  const { data } = parsed.value;
  const currency = await currencyOf(data.accountId);
  if (currency === undefined) return refuse('ACCOUNT_NOT_FOUND', `account ${data.accountId} is not open`);
  if ('currency' in data && data.currency !== currency)
    return refuse('CURRENCY_MISMATCH', `account ${data.accountId} is kept in ${currency}, not ${data.currency}`);
  return { willApply: true };
};

const parserOf = (topic: string, topics: Topics) => {
  if (topic === topics.payments) return recordKinds.payment;
  return topic === topics.usage ? recordKinds.usage : undefined;
};

const refuse = (code: ProblemCode | 'INCOMPLETE', detail: string): Forecast => ({ willApply: false, code, detail });
