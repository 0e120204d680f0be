// @ts-check
'use strict';

/** @typedef {import('./business').Call} Call */

/** Closes a statement of each account, of all that was recorded until now: once more, and with another end. @param {readonly string[]} accountIds @param {string} statementId @returns {Call[]} */
const closings = (accountIds, statementId) => {
  const to = new Date().toISOString();
  return accountIds.flatMap((accountId) =>
    [to, to, '2026-01-01T00:00:00Z'].map((end) => ({
      method: 'POST',
      path: `/v1/accounts/${accountId}/statements`,
      body: JSON.stringify({ statementId, to: end }),
    })),
  );
};

module.exports = { closings };
