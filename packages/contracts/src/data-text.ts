import type { Payment, Usage } from '@tollgate/balance';
import type { LogEvent } from './log-event';

/** An event's data as JSON.stringify writes it, fields in the order of their schema; in half the time for what comes by the thousand. */
export const dataText = (event: LogEvent): string => {
  if (event.type === 'UsageCharged') return usageText(event.data);
  if (event.type === 'PaymentRecorded') return paymentText(event.data);
  return JSON.stringify(event.data);
};

// Concatenated in one go: what is held back in arrays and joined costs more than the text.
const usageText = (usage: Usage): string =>
  '{"usageId":' +
  quoted(usage.usageId) +
  entryText(usage) +
  textField(',"callId":', usage.callId) +
  timeField(',"startedAt":"', usage.startedAt) +
  timeField(',"endedAt":"', usage.endedAt) +
  (usage.durationSeconds === undefined ? '' : ',"durationSeconds":' + JSON.stringify(usage.durationSeconds)) +
  textField(',"caller":', usage.caller) +
  textField(',"callee":', usage.callee) +
  timeField(',"ratedAt":"', usage.ratedAt) +
  (usage.attributes === undefined ? '' : ',"attributes":' + mapText(usage.attributes)) +
  '}';

const paymentText = (payment: Payment): string =>
  '{"paymentId":' +
  quoted(payment.paymentId) +
  entryText(payment) +
  timeField(',"paidAt":"', payment.paidAt) +
  textField(',"reference":', payment.reference) +
  '}';

/** Account ids, amounts, currencies and times hold no character that JSON escapes: their patterns say so. */
const entryText = ({ accountId, direction, amount, currency }: Usage | Payment): string =>
  ',"accountId":"' +
  accountId +
  '","direction":"' +
  direction +
  '","amount":"' +
  amount +
  '","currency":"' +
  currency +
  '"';

const textField = (name: string, text: string | undefined): string => (text === undefined ? '' : name + quoted(text));

const timeField = (name: string, time: string | undefined): string => (time === undefined ? '' : name + time + '"');

const mapText = (map: Record<string, string>): string => {
  let text = '';
  for (const [key, value] of Object.entries(map)) text += (text === '' ? '' : ',') + quoted(key) + ':' + quoted(value);
  return '{' + text + '}';
};

/** What JSON escapes: quotes, backslashes, control characters and, in well-formed JSON.stringify, halves of surrogate pairs. */
// eslint-disable-next-line no-control-regex -- they are among what is escaped
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/;

const quoted = (text: string): string => (escaped.test(text) ? JSON.stringify(text) : '"' + text + '"');
