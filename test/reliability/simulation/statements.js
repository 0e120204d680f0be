// @ts-check
'use strict';
const { hold } = require('../oracle');

/** @typedef {import('./switches').Run & { workload: any }} Run */

const refusals = ['ID_CONFLICT', 'STATEMENT_PERIOD_INVALID', 'ACCOUNT_NOT_FOUND'];

/** Closes statements of what was recorded until then, some under an id of before; what they hold, the oracle checks. @param {Run} run @param {(delayMs: number) => Promise<unknown>} timer */
const closeStatements = async (run, timer) => {
  for (let count = 3 + run.scheduler.pick(4); count > 0; count -= 1) {
    await timer(run.scheduler.pick(1_500));
    const { accountId } = run.workload.one(run.workload.openings).data;
    const to = new Date(run.scheduler.now).toISOString();
    const statementId = `s-${run.scheduler.pick(4)}`;
    const outcome = await run.answer({ type: 'CloseStatement', data: { accountId, statementId, to } });
    const told = `statement ${statementId} of ${accountId} until ${to}`;
    run.note(`${told} is answered ${outcome.rejection?.code ?? outcome.position}`);
    if (outcome.rejection) hold(refusals.includes(outcome.rejection.code), `P1: ${told}: ${outcome.rejection.code}`);
    else {
      const { type, data } = run.ground.events()[Number(outcome.position) - 1] ?? {};
      const isIt = type === 'StatementClosed' && data.statementId === statementId && data.accountId === accountId;
      hold(isIt && data.to === to, `P1: ${told} was answered with another event`);
      run.checkSame(told, outcome.position);
    }
  }
};

module.exports = { closeStatements };
