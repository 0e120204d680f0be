// @ts-check
'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const { callerScenario, givingUpScenario, vendorScenario } = require('./scenarios.js');
const { runSipp } = require('./sipp.js');

const pollMs = 20;
const caller = '4930123';

/** @type {typeof import('./phone').placeCall} */
const placeCall = (to, { from, callee = '441234', talkMs = 60_000, callId }) => {
  const keys = { caller, callee };
  const flags = ['-m', '1', ...(callId === undefined ? [] : ['-cid_str', callId])];
  const sipp = runSipp({ scenario: callerScenario(talkMs), address: from, to, keys, flags });
  const over = sipp.exited.then(({ log, errors }) => {
    const call = callIn(log);
    if (call.status === 0) throw new Error(`the call from ${from} came to nothing:\n${errors}`);
    return call;
  });
  over.catch(() => undefined);
  let isOver = false;
  void sipp.exited.then(() => (isOver = true));
  const answered = async () => {
    for (;;) {
      const call = isOver ? await over : callIn(sipp.log());
      if (call.status === 200) return call;
      if (call.status > 200) throw new Error(`the call from ${from} was refused: ${call.status} ${call.reason}`);
      await sleep(pollMs);
    }
  };
  return { over, answered, kill: sipp.kill };
};

/** @type {typeof import('./phone').giveUpCall} */
const giveUpCall = async (to, { from, callee = '441234' }) => {
  const keys = { caller, callee };
  const { exited } = runSipp({ scenario: givingUpScenario(20), address: from, to, keys, flags: ['-m', '1'] });
  const { log, errors } = await exited;
  const call = callIn(log);
  if (call.status !== 487) throw new Error(`the call from ${from} was not given up:\n${errors}`);
  return call;
};

/** @type {typeof import('./phone').answerCalls} */
const answerCalls = (at, { ringMs = 100 } = {}) => takeCalls(at, vendorScenario(ringMs));

/** @type {typeof import('./phone').takeCalls} */
const takeCalls = (at, scenario) => {
  const [address = '', port = ''] = at.split(':');
  return runSipp({ scenario, address, port: Number(port) });
};

/** @param {string} log @returns {import('./phone').Call} */
const callIn = (log) => {
  const refused = eventIn(log, 'refused \\d+');
  if (refused !== undefined) return { status: refused.status, reason: refused.reason };
  const answered = eventIn(log, 'answered');
  if (answered === undefined) return { status: 0, reason: '' };
  const cut = eventIn(log, 'cut');
  const end = cut ?? eventIn(log, 'hung up');
  return {
    status: 200,
    reason: cut?.reason ?? '',
    answeredAt: answered.at,
    ...(end !== undefined && { endedAt: end.at, endedBy: cut === undefined ? 'caller' : 'switch' }),
  };
};

/**
 * A line of the log: `refused 402 at 2026-11-27 14:48:52.422459 1795790932.422459 with Q.850;…`.
 * @param {string} log @param {string} what
 */
const eventIn = (log, what) => {
  const found = new RegExp(`^${what} at \\S+\\t\\S+\\t(\\d+\\.\\d+)(?: with ?(.*))?$`, 'm').exec(log);
  if (found === null) return undefined;
  const [line, seconds, reason = ''] = found;
  return { status: Number(/^refused (\d+)/.exec(line)?.[1] ?? 200), at: Number(seconds) * 1_000, reason };
};

module.exports = { answerCalls, giveUpCall, placeCall, takeCalls };
