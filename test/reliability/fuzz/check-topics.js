// @ts-check
'use strict';

const { isDeepStrictEqual } = require('node:util');
const { Oracle, Violation } = require('../oracle');
const { commandIsValid, rejectionIsValid } = require('./verdict');

/** @typedef {import('./report').Report} Report */
/** @typedef {{ topic: string, key: string, value: string, headers: Record<string, string> }} Published */

/** The first promise that is broken, as a fault. @param {Report} report @param {() => void} check */
const attempt = (report, check) => {
  try {
    check();
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    report.fault(error.message);
  }
};

/** What follows from a log (DESIGN 2): decisions, balances, traffic. @param {any[]} events @param {Report} report */
const followLog = (events, report) => {
  const oracle = new Oracle();
  attempt(report, () => oracle.follow(events));
  for (const [accountId, { due }] of oracle.accounts)
    if (due.length > 0) report.fault(`P3: ${due.length} edges of ${accountId} were never decided`);
  return oracle;
};

/** The accounts served are those of the log, as they are by all of it. @param {Oracle} oracle @param {any[]} served @param {Report} report */
const checkAccounts = (oracle, served, report) => {
  if (served.length !== oracle.accounts.size)
    report.fault(`${served.length} accounts are served, ${oracle.accounts.size} are open`);
  for (const { accountId, currency, revision, balances, traffic } of served) {
    const account = oracle.accounts.get(accountId);
    const right = account && { currency: account.currency, revision: account.revision, ...oracle.shown(account) };
    const shown = { currency, revision, balances, traffic };
    if (!isDeepStrictEqual(shown, right))
      report.fault(`P2: ${accountId} is served as ${JSON.stringify(shown)}, not as ${JSON.stringify(right)}`);
  }
};

/** @param {any} command the value of a message */
const headersOf = ({ type, commandId, accountId, decidedAt }) => ({
  ce_specversion: '1.0',
  ce_id: commandId,
  ce_type: `tollgate.${type}.v1`,
  ce_source: 'tollgate',
  ce_subject: accountId,
  ce_time: decidedAt,
  'content-type': 'application/json',
});

/** What is wrong with a message by the documents alone. @param {Published} message */
const documentFault = ({ topic, value, headers }) => {
  const content = JSON.parse(value);
  if (topic.endsWith('rejected.v1')) return rejectionIsValid(content) ? undefined : 'no rejection by the document';
  if (!commandIsValid(content)) return 'no command by the document';
  return isDeepStrictEqual(headers, headersOf(content)) ? undefined : `its headers are ${JSON.stringify(headers)}`;
};

/** Both topics hold what the log says, and nothing else. @param {Oracle} oracle @param {Published[]} published @param {Report} report */
const checkTopics = (oracle, published, report) => {
  for (const message of published) {
    const fault = documentFault(message);
    if (fault) report.fault(`${message.topic} ${message.key}: ${fault}: ${message.value.slice(0, 600)}`);
  }
  attempt(report, () => oracle.checkRejected(published));
  attempt(report, () => oracle.checkPublished(published));
};

module.exports = { checkAccounts, checkTopics, followLog };
