#!/usr/bin/env node
// @ts-check
'use strict';

const { startBroker } = require('../kafka/broker.js');
const { SetupError } = require('../child-server.js');
const { makeFolder, perform, say, spawnTollgate, startReady, undo } = require('./stage.js');

const help = `Shows the main job in under a minute: partners with different rules, calls, payments, and the commands they cause.

  npm run demo -- [--http] [--seconds 27]

  --http       without a Kafka broker, even if this machine can have one
  --seconds N  how long the traffic lasts
`;

const brokersIfPossible = async () => {
  try {
    say('Starting a Kafka broker …');
    const broker = await startBroker({ onProgress: say });
    undo.push(broker.stop);
    return broker.brokers;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`Without Kafka, over HTTP only: ${error.message}`);
    return undefined;
  }
};

/** @param {string[]} options @param {AbortSignal} signal */
const play = async (options, signal) => {
  const brokers = options.includes('--http') ? undefined : await brokersIfPossible();
  const kafka = brokers ? ['--kafka-brokers', brokers.join(',')] : [];
  if (signal.aborted) return;
  say('Starting Tollgate with an empty data folder …');
  const url = await startReady(['serve', '--data', makeFolder(), ...kafka]);
  if (signal.aborted) return;
  const rest = options.filter((option) => option !== '--http');
  const { child, exited } = spawnTollgate(['demo', '--url', url, ...kafka, ...rest], ['ignore', 'inherit', 'inherit']);
  signal.addEventListener('abort', () => child.kill('SIGTERM'));
  process.exitCode = (await exited) ?? 1;
};

const options = process.argv.slice(2);
if (options.includes('--help')) say(help);
else void perform((signal) => play(options, signal));
