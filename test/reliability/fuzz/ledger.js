// @ts-check
'use strict';

/** @typedef {{ type: string, stream: string, revision: number, position: string | bigint, data: any }} LogEvent */

const idNames = {
  PaymentRecorded: 'paymentId',
  UsageCharged: 'usageId',
  BalanceAdjusted: 'adjustmentId',
  EntryReversed: 'reversalId',
  StatementClosed: 'statementId',
};
const eventTypes = {
  payment: 'PaymentRecorded',
  usage: 'UsageCharged',
  adjustment: 'BalanceAdjusted',
  reversal: 'EntryReversed',
};

/** The id under which a body is for ever; none for openings and rules. @param {string} type @param {any} body @returns {string | undefined} */
const idOf = (type, body) => body?.[idNames[/** @type {keyof typeof idNames} */ (type)] ?? ''];
/** @param {string} type @param {string} accountId @param {string | undefined} id */
const keyOf = (type, accountId, id) => `${type} ${accountId} ${id}`;
/** What a reversal undoes. @param {any} body */
const originalKeyOf = ({ accountId, of }) =>
  keyOf(eventTypes[/** @type {keyof typeof eventTypes} */ (of.kind)], accountId, of.id);

/** @param {LogEvent} event */
const isOfAccount = ({ stream }) => stream.startsWith('account-');

/** Whether an event stood in the log once another one did. @param {LogEvent | undefined} event @param {number} position @returns {event is LogEvent} */
const isBy = (event, position) => event !== undefined && Number(event.position) <= position;

/** What a whole log says, found by what it is about. @param {readonly LogEvent[]} events */
const readLedger = (events) => {
  /** @type {Map<string, LogEvent>} */
  const openings = new Map();
  /** Rules set, oldest first. @type {Map<string, LogEvent[]>} */
  const rules = new Map();
  /** @type {Map<string, LogEvent>} */
  const entries = new Map();
  /** By what they undid. @type {Map<string, LogEvent>} */
  const reversals = new Map();
  for (const event of events.filter(isOfAccount)) {
    const accountId = event.stream.slice('account-'.length);
    if (event.type === 'AccountOpened') openings.set(accountId, event);
    else if (event.type === 'CutoffChanged') rules.set(accountId, [...(rules.get(accountId) ?? []), event]);
    else entries.set(keyOf(event.type, accountId, idOf(event.type, event.data)), event);
    if (event.type === 'EntryReversed') reversals.set(originalKeyOf(event.data), event);
  }
  return {
    openings,
    rules,
    reversals,
    entries,
    /** What stands under the id of a body. @param {{ type: string, accountId: string, body: any }} said */
    recorded: ({ type, accountId, body }) => entries.get(keyOf(type, accountId, idOf(type, body))),
  };
};

module.exports = { eventTypes, idOf, isBy, isOfAccount, keyOf, originalKeyOf, readLedger };
