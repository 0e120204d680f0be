#!/usr/bin/env node
// @ts-check
'use strict';

const { parseArgs } = require('node:util');
const { SetupError } = require('../child-server.js');
const { atSignal, readOptions, runCommand, say, wholeNumber } = require('../command.js');
const { answerCalls, placeCall } = require('./phone.js');
const { missingSipp } = require('./sipp.js');

const help = `Places a call by way of a switch and says what becomes of it, or answers calls until Ctrl-C. Needs Debian's sip-tester.

  npm run phone -- --from 127.0.0.2 --call 441234 [--seconds 60] [--via 127.0.0.1:5060]
  npm run phone -- --answer 127.0.0.1:5080

  --from ADDRESS      the address of this machine that the call comes from, by which the switch knows whose it is
  --call NUMBER       who is called
  --seconds N         hangs up after so long (default 60)
  --via HOST:PORT     the switch (default 127.0.0.1:5060)
  --answer HOST:PORT  answers every call that comes there
  --help              this text
`;

const parse = () => {
  const { values } = parseArgs({
    options: {
      from: { type: 'string', default: '127.0.0.1' },
      call: { type: 'string' },
      seconds: { type: 'string', default: '60' },
      via: { type: 'string', default: '127.0.0.1:5060' },
      answer: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  return { ...values, seconds: wholeNumber('--seconds', values.seconds, 1) };
};

/** @param {string} at */
const answer = async (at) => {
  if (!/^[\d.]+:\d{1,5}$/.test(at)) throw new SetupError(`--answer ${at}: must be address:port`);
  const { exited, kill } = answerCalls(at);
  let isEnding = false;
  atSignal(() => {
    isEnding = true;
    kill();
  });
  say(`Answers every call to ${at}. Ctrl-C stops it.`);
  const { errors } = await exited;
  if (!isEnding) throw new SetupError(`sipp has ended:\n${errors}`);
};

/** @param {{ from: string, call: string, seconds: number, via: string }} options */
const call = async ({ from, call: callee, seconds, via }) => {
  const talkMs = seconds * 1_000;
  const { answered, over, kill } = placeCall(via, { from, callee, talkMs });
  atSignal(kill);
  void answered().then(
    () => say(`${callee} has answered …`),
    () => undefined,
  );
  say(outcomeOf(await over));
};

/** @param {import('./phone').Call} call */
const outcomeOf = ({ status, reason, answeredAt = 0, endedAt = 0, endedBy }) => {
  if (status !== 200) return `Refused: ${status}${reason}`;
  const after = `after ${((endedAt - answeredAt) / 1_000).toFixed(1)} s`;
  return endedBy === 'switch' ? `Cut by the switch ${after}:${reason}` : `Hung up ${after}`;
};

const main = async () => {
  const options = readOptions(help, parse);
  const missing = missingSipp();
  if (missing !== undefined) throw new SetupError(missing);
  if (options.answer !== undefined) return answer(options.answer);
  if (options.call === undefined) throw new SetupError(`--call NUMBER or --answer HOST:PORT is needed\n\n${help}`);
  return call({ ...options, call: options.call });
};

runCommand(main);
