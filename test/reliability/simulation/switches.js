// @ts-check
'use strict';
const { hold } = require('../oracle');

/** @typedef {{ scheduler: import('./scheduler').Scheduler, running: any, ground: any, note: (line: string) => void, answer: (command: any) => Promise<any>, checkSame: (told: string, position: bigint) => void, sendOrProduce: (command: any) => Promise<void> }} Run */
/** @typedef {(delayMs: number) => Promise<unknown>} Timer */

/**
 * One call of a switch, from its authorisation to its usage; what is granted, the oracle checks against what there is.
 * @param {Run} run @param {{ asks: any[], usage: any }} call @param {Timer} timer
 */
const playCall = async (run, { asks, usage }, timer) => {
  for (const ask of asks) {
    const outcome = await run.answer(ask);
    run.note(`${JSON.stringify(ask)} is answered ${outcome.refusal?.reason ?? outcome.status}`);
    if (ask.type === 'AuthorizeCall' && outcome.status !== 'recorded') return;
    if (outcome.status === 'recorded') checkRecorded(run, ask, outcome);
    await timer(run.scheduler.pick(500));
  }
  if (usage !== undefined) await run.sendOrProduce(usage);
};

/** The answer names the event that says so, and the same is always answered with the same. @param {Run} run @param {any} ask @param {any} outcome */
const checkRecorded = (run, ask, { position }) => {
  const { authorizationId } = run.ground.events()[Number(position) - 1]?.data ?? {};
  const told = JSON.stringify(ask);
  hold(authorizationId === ask.data.authorizationId, `P1: ${told} was answered with another event`);
  run.checkSame(told, position);
};

/** Ends what nobody told the end of, as long after as any grant lasts. @param {Run} run @param {Timer} timer */
const expireCalls = async (run, timer) => {
  await timer(run.scheduler.pick(4_000));
  const longAfterMs = run.scheduler.now + 86_400_000;
  for (const data of run.running?.table.expired(longAfterMs, 5) ?? [])
    await run.answer({ type: 'ExpireCall', data, receivedAt: new Date(longAfterMs).toISOString() });
};

module.exports = { expireCalls, playCall };
