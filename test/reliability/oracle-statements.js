// @ts-check
'use strict';
const { Exact, hold } = require('./oracle-terms');

/** What an account has recorded since its last closed statement. */
const newStatements = () => ({
  /** @type {Set<string>} */
  ids: new Set(),
  /** @type {string | undefined} */
  to: undefined,
  through: -1,
  closings: { inbound: new Exact(0), outbound: new Exact(0) },
  /** @type {{ revision: number, recordedAt: string }[]} */
  events: [],
  /** @type {{ revision: number, kind: string, direction: string, amount: import('decimal.js').Decimal }[]} */
  moves: [],
});

const kinds = { PaymentRecorded: 'payments', UsageCharged: 'usage', BalanceAdjusted: 'adjustments' };

/** Notes what an entry adds to a total; of a reversal, `original` is what it takes back. @param {any} statements @param {any} event @param {any} [original] */
const noteMove = (statements, { type, data, revision }, original) => {
  const of = original ?? { type, data };
  const amount = new Exact(of.data.amount);
  statements.moves.push({
    revision,
    kind: kinds[/** @type {keyof typeof kinds} */ (of.type)],
    direction: of.data.direction,
    amount: original ? amount.negated() : amount,
  });
};

/** Takes in the next event of an account; a closing covers what was recorded before its end, and no more. @param {any} statements @param {any} event */
const followStatements = (statements, event) => {
  const { revision, recordedAt, type, data } = event;
  statements.events.push({ revision, recordedAt });
  if (type !== 'StatementClosed') return;
  const named = `statement ${data.statementId} of ${data.accountId}`;
  hold(!statements.ids.has(data.statementId), `P1: ${named} is closed twice`);
  statements.ids.add(data.statementId);
  hold(data.number === statements.ids.size, `P1: ${named} is number ${data.number}`);
  hold(data.from === statements.to && data.fromRevision === statements.through + 1, `P2: ${named} begins elsewhere`);
  const isCovered = (/** @type {any} */ one) => one.revision <= data.throughRevision;
  const end = Date.parse(data.to);
  const isRight = statements.events.every(
    (/** @type {any} */ one) => !isCovered(one) || Date.parse(one.recordedAt) < end,
  );
  hold(isRight, `P2: ${named} covers what was recorded later`);
  const next = statements.events.find((/** @type {any} */ one) => !isCovered(one));
  hold(next.revision === revision || Date.parse(next.recordedAt) >= end, `P2: ${named} leaves out ${next.revision}`);
  checkFigures(statements, data, statements.moves.filter(isCovered));
  statements.to = data.to;
  statements.through = data.throughRevision;
  statements.events = statements.events.filter((/** @type {any} */ one) => !isCovered(one));
  statements.moves = statements.moves.filter((/** @type {any} */ one) => !isCovered(one));
};

/** @param {any} statements @param {any} data @param {any[]} moves */
const checkFigures = (statements, data, moves) => {
  const named = `statement ${data.statementId} of ${data.accountId}`;
  hold(data.entries === moves.length, `P2: ${named} has ${data.entries} entries, and should have ${moves.length}`);
  for (const direction of /** @type {const} */ (['inbound', 'outbound'])) {
    const sumOf = (/** @type {string} */ kind) =>
      moves
        .filter((/** @type {any} */ move) => move.kind === kind && move.direction === direction)
        .reduce((/** @type {any} */ sum, /** @type {any} */ { amount }) => sum.plus(amount), new Exact(0));
    const [payments, usage, adjustments] = [sumOf('payments'), sumOf('usage'), sumOf('adjustments')];
    const opening = statements.closings[direction];
    const closing = opening.plus(payments).minus(usage).plus(adjustments);
    for (const [name, sum] of Object.entries({ opening, payments, usage, adjustments, closing }))
      hold(
        sum.eq(data.figures[direction][name]),
        `P2: ${named} has ${name} ${data.figures[direction][name]}, not ${sum}`,
      );
    statements.closings[direction] = closing;
  }
};

module.exports = { followStatements, newStatements, noteMove };
