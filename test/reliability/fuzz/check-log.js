// @ts-check
'use strict';

const { checkMessages } = require('./check-messages');
const { idOf, isOfAccount, keyOf, readLedger } = require('./ledger');
const { contentOf, isSame } = require('./meaning');

/** @typedef {import('./report').Report} Report */
/** @typedef {import('./check-claims').Ledger} Ledger */

/** Whether the rule that stands there is the one told of; an opening sets one too. @param {any} told @param {any} event */
const isSameRule = ({ type, body }, { type: recordedType, data }) => {
  if (recordedType !== 'AccountOpened' && recordedType !== type) return false;
  return isSame(type, recordedType === type ? data : data.cutoff, body);
};

/** A rule that is as it was answers with the event that set it, the one in force. @param {Ledger} ledger @param {Report['acknowledged'][number]} told @param {any} event */
const ruleFault = ({ rules }, told, event) => {
  if (!isSameRule(told, event)) return 'changed';
  const isOver = rules.get(told.accountId)?.some(({ position }) => {
    return Number(position) > Number(told.position) && Number(position) <= told.since;
  });
  return isOver ? 'not in force' : undefined;
};

/** @param {Report['acknowledged'][number]} told @param {any} event */
const recordFault = ({ isNew, type, id, body }, event) => {
  const ids = new Set([id, idOf(type, body), idOf(event.type, event.data)]);
  if (event.type !== type || ids.size > 1) return 'lost';
  const isRight =
    isNew && type !== 'StatementClosed' ? contentOf(event.data) === contentOf(body) : isSame(type, event.data, body);
  return isRight ? undefined : 'changed';
};

/** What is wrong with the event that stands where an acknowledgement says. @param {Ledger} ledger @param {Report['acknowledged'][number]} told @param {any} event */
const faultOf = (ledger, told, event) => {
  if (event?.stream !== `account-${told.accountId}` || event.revision !== told.revision) return 'lost';
  return told.type === 'CutoffChanged' && !told.isNew ? ruleFault(ledger, told, event) : recordFault(told, event);
};

/** Every acknowledgement stands where it says; the positions that HTTP accounts for. @param {any[]} events @param {Report} report */
const checkAcknowledged = (events, report) => {
  const byPosition = new Map(events.map((event) => [String(event.position), event]));
  const ledger = readLedger(events);
  /** @type {Set<string>} */
  const explained = new Set();
  for (const told of report.acknowledged) {
    const event = byPosition.get(told.position);
    const fault = faultOf(ledger, told, event);
    if (fault) report.fault(`${fault}: ${JSON.stringify(told)}; in the log stands ${textOf(event)}`);
    if (!told.isNew) continue;
    if (explained.has(told.position)) report.fault(`two were told that theirs is new at ${told.position}`);
    explained.add(told.position);
  }
  return explained;
};

/** @param {any} event */
const textOf = (event) => (event === undefined ? 'nothing' : `${event.type} ${contentOf(event.data).slice(0, 600)}`);

/** The log holds what was acknowledged or came by Kafka or in files, each once and in the currency of its account, and nothing else. @param {any[]} events @param {import('./check-messages').Sent[]} sent @param {Report} report */
const checkLog = (events, sent, report) => {
  const explained = checkAcknowledged(events, report);
  const byKafka = checkMessages(events, sent, report);
  const { openings } = readLedger(events);
  /** @type {Set<string>} */
  const seen = new Set();
  for (const event of events.filter(isOfAccount)) {
    const { type, data, position, stream } = event;
    const id = idOf(type, data);
    const key = keyOf(type, data.accountId, id);
    if (id !== undefined && seen.has(key)) report.fault(`${key} is in the log twice`);
    seen.add(key);
    const content = `${type} ${contentOf(data)}`;
    if (!explained.has(String(position)) && !byKafka.has(content) && !report.imported.has(content))
      report.fault(`at ${position} stands what nobody was told of: ${textOf(event)}`);
    const currency = openings.get(stream.slice('account-'.length))?.data.currency;
    if (data.currency !== undefined && data.currency !== currency)
      report.fault(`at ${position} of ${stream}, which is kept in ${currency}, stands ${textOf(event)}`);
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

module.exports = { checkHistory, checkLog };
