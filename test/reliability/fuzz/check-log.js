// @ts-check
'use strict';

const { join } = require('node:path');
const { openLmdbEventLog } = require('@tollgate/event-store-lmdb');
const { contentOf, eventTypes, messageIsValid, problemFault, valueOf } = require('./verdict');

/** @typedef {import('./report').Report} Report */
/** @typedef {{ topic: string, partition: number, offset: string, value: Buffer | null }} Sent */

/** Every event of a Tollgate that has stopped, oldest first. @param {string} data */
const readLog = async (data) => {
  /** @type {import('@tollgate/event-store').EventLog<any>} */
  const log = await openLmdbEventLog({ folder: join(data, 'event-log') });
  /** @type {any[]} */
  const events = [];
  for await (const batch of log.subscribe({ prefixes: [''], signal: new AbortController().signal })) {
    events.push(...batch.events);
    if (batch.isCaughtUp) break;
  }
  await log.close();
  return events;
};

const idNames = {
  PaymentRecorded: 'paymentId',
  UsageCharged: 'usageId',
  BalanceAdjusted: 'adjustmentId',
  EntryReversed: 'reversalId',
};
/** @param {any} event @returns {string | undefined} */
const idOf = ({ type, data }) => data[idNames[/** @type {keyof idNames} */ (type)] ?? ''];
/** @param {string} type @param {string} accountId @param {string | undefined} id */
const keyOf = (type, accountId, id) => `${type} ${accountId} ${id}`;

/** What is wrong with the event that stands where an acknowledgement says. @param {import('./verdict').Acknowledgement} told @param {any} event */
const faultOf = ({ revision, accountId, isNew, type, id, content }, event) => {
  if (event?.stream !== `account-${accountId}` || event.revision !== revision) return 'lost';
  // A rule that is as it was answers with the event that set it, the opening maybe.
  if (type !== 'CutoffChanged' && idOf(event) !== id) return 'lost';
  return isNew && (event.type !== type || contentOf(event.data) !== content) ? 'changed' : undefined;
};

/** Every acknowledgement stands where it says; the positions that HTTP accounts for. @param {Map<string, any>} byPosition @param {Report} report */
const checkAcknowledged = (byPosition, report) => {
  /** @type {Set<string>} */
  const explained = new Set();
  for (const told of report.acknowledged) {
    const event = byPosition.get(told.position);
    const fault = faultOf(told, event);
    if (fault) report.fault(`${fault}: ${JSON.stringify(told)}; in the log stands ${JSON.stringify(event)}`);
    if (!told.isNew) continue;
    if (explained.has(told.position)) report.fault(`two were told that theirs is new at ${told.position}`);
    explained.add(told.position);
  }
  return explained;
};

/** What is wrong with a rejection, if the message is as valid as the document says. @param {any} rejection @param {boolean} isValid */
const rejectionFault = (rejection, isValid) => {
  const isInvalid = rejection.code === 'INVALID_REQUEST';
  if (isInvalid === isValid) return `rejected against the document as ${rejection.code}`;
  return problemFault(0, { ...rejection, status: 0 });
};

/** What a message says, and whether the document allows it. @param {Sent} message */
const readMessage = ({ topic, value }) => {
  const body = value === null ? undefined : valueOf(value);
  const isValid = body !== undefined && messageIsValid[/** @type {keyof messageIsValid} */ (topic)](body);
  const isPayment = topic === 'payments.v1';
  const type = isPayment ? eventTypes.payment : eventTypes.usage;
  const key = isValid ? keyOf(type, body.accountId, isPayment ? body.paymentId : body.usageId) : '';
  return { body, isValid, type, key };
};

/** Every message is an event or a rejection; what Kafka accounts for, by content. @param {any[]} events @param {Sent[]} sent @param {Report} report */
const checkMessages = (events, sent, report) => {
  const rejections = new Map(
    events
      .filter(({ type }) => type === 'MessageRejected')
      .map(({ data }) => [`${data.source.topic}/${data.source.partition}/${data.source.offset}`, data]),
  );
  const recorded = new Set(
    events.filter(isOfAccount).map((event) => keyOf(event.type, event.data.accountId, idOf(event))),
  );
  /** @type {Set<string>} */
  const contents = new Set();
  for (const message of sent) {
    const place = `tollgate.${message.topic}/${message.partition}/${message.offset}`;
    const { body, isValid, type, key } = readMessage(message);
    const rejection = rejections.get(place);
    rejections.delete(place);
    report.count('messages', rejection?.code ?? 'in the log');
    const isRecorded = isValid && recorded.has(key);
    const fault = rejection
      ? rejectionFault(rejection, isValid)
      : isRecorded
        ? undefined
        : 'neither in the log nor rejected';
    if (fault) report.fault(`${place}: ${fault}: ${String(message.value).slice(0, 600)}`);
    if (isRecorded) contents.add(`${type} ${contentOf(body)}`);
  }
  for (const place of rejections.keys()) report.fault(`${place} was rejected and never sent`);
  return contents;
};

/** @param {any} event */
const isOfAccount = ({ stream }) => stream.startsWith('account-');

/** The log holds what was acknowledged or came by Kafka, each once, and nothing else. @param {any[]} events @param {Sent[]} sent @param {Report} report */
const checkLog = (events, sent, report) => {
  const explained = checkAcknowledged(new Map(events.map((event) => [String(event.position), event])), report);
  const byKafka = checkMessages(events, sent, report);
  /** @type {Set<string>} */
  const seen = new Set();
  for (const event of events.filter(isOfAccount)) {
    const id = idOf(event);
    const key = keyOf(event.type, event.data.accountId, id);
    if (id !== undefined && seen.has(key)) report.fault(`${key} is in the log twice`);
    seen.add(key);
    if (!explained.has(String(event.position)) && !byKafka.has(`${event.type} ${contentOf(event.data)}`))
      report.fault(`at ${event.position} stands what nobody was told of: ${JSON.stringify(event).slice(0, 600)}`);
  }
};

/** The history served is the log. @param {any[]} events @param {any[]} served @param {Report} report */
const checkHistory = (events, served, report) => {
  const short = (/** @type {any} */ { position, revision, eventId, type, data, recordedAt }) =>
    [position, revision, eventId, type, recordedAt, contentOf(data)].join(' ');
  const inLog = new Set(events.filter(isOfAccount).map(short));
  for (const item of served)
    if (!inLog.delete(short(item))) report.fault(`history serves what the log has not: ${short(item).slice(0, 600)}`);
  for (const left of inLog) report.fault(`history does not serve ${left.slice(0, 600)}`);
};

module.exports = { checkHistory, checkLog, readLog };
