// @ts-check
'use strict';

/** @typedef {import('./report').Report} Report */

const leastAcknowledged = 0.05;

/** A run of fewer inputs may by chance miss one of these. */
const leastForAll = 5_000;
const answers = {
  calls: [200, 201, 400, 404, 409],
  lines: [200, 201, 400, 404, 409, 422],
  'lines asked': [201, 400, 404, 409],
  reads: [200, 400, 404, 503],
  files: ['cut in a row'],
};
const claims = [
  'ACCOUNT_NOT_FOUND',
  'ORIGINAL_NOT_FOUND',
  'ID_CONFLICT',
  'ALREADY_REVERSED',
  'ACCOUNT_EXISTS',
  'CURRENCY_MISMATCH',
  'ACCEPTABLE',
];
const messages = ['in the log', 'INVALID_REQUEST', 'ACCOUNT_NOT_FOUND', 'CURRENCY_MISMATCH', 'ID_CONFLICT'];

/** Answers and claims that a run must have seen to have proved anything, and did not see. @param {Report} report @param {boolean} hasKafka */
const missing = (report, hasKafka) => {
  const wanted = Object.entries({ ...answers, ...(hasKafka && { messages }), said: claims });
  return wanted.flatMap(([what, all]) =>
    all.filter((answer) => report.counted(what, answer) === 0).map((answer) => `no ${what} ${answer}`),
  );
};

/** @param {Report} report @param {{ hasKafka: boolean }} how */
const checkFloors = (report, { hasKafka }) => {
  const { acknowledged, inputs } = report;
  const lacks = inputs < leastForAll ? [] : missing(report, hasKafka);
  if (acknowledged.length < leastAcknowledged * inputs) lacks.push(`${acknowledged.length} of ${inputs} acknowledged`);
  if (lacks.length > 0) report.fault(`the rig did not do its work: ${lacks.join(', ')}`);
};

module.exports = { checkFloors };
