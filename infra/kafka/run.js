#!/usr/bin/env node
// @ts-check
'use strict';

const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { SetupError, portFrom } = require('../child-server.js');
const { readOptions, runCommand, say, stopAtSignal } = require('../command.js');
const { startBroker } = require('./broker.js');
const { cacheDir } = require('./install.js');

const help = `Runs a real Apache Kafka broker on this machine, until Ctrl-C. Needs Java 17 or newer, and Maven the first time.

  npm run kafka -- [--port 9092] [--data FOLDER]

  --port N       the port on 127.0.0.1 (default 9092)
  --data FOLDER  where topics are kept between runs (default .cache/kafka/data-<port>)
  --help         this text
`;

/** @param {number} port */
const requireFreePort = async (port) => {
  const probe = net.createServer().listen(port, '127.0.0.1');
  await once(probe, 'listening').catch((/** @type {any} */ error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new SetupError(
      `Port ${port} on 127.0.0.1 is taken: is a broker running already? Stop it, or choose another: npm run kafka -- --port ${port + 100}`,
    );
  });
  probe.close();
  await once(probe, 'close');
};

/** Keeps a second broker off the folder: it would write into the files of the first, and both would end. @param {string} dataDir */
const takeFolder = (dataDir) => {
  fs.mkdirSync(dataDir, { recursive: true });
  const file = path.join(dataDir, 'run.pid');
  const holder = fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) : 0;
  if (holder > 0 && isOurs(holder))
    throw new SetupError(
      `Another broker (process ${holder}) runs on ${dataDir}: stop it, or choose another folder: npm run kafka -- --data FOLDER`,
    );
  fs.writeFileSync(file, String(process.pid));
  process.on('exit', () => fs.rmSync(file, { force: true }));
};

/** Whether a process is one of these: after a kill its number may be another's. @param {number} pid */
const isOurs = (pid) => {
  const commandLine = `/proc/${pid}/cmdline`;
  try {
    process.kill(pid, 0);
    return !fs.existsSync('/proc/self') || fs.readFileSync(commandLine, 'utf8').includes(path.basename(__filename));
  } catch {
    return false;
  }
};

const parse = () =>
  parseArgs({
    options: {
      port: { type: 'string', default: '9092' },
      data: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;

const main = async () => {
  const options = readOptions(help, parse);
  const port = portFrom(options.port);
  await requireFreePort(port);
  const dataDir = path.resolve(options.data ?? path.join(cacheDir, `data-${port}`));
  takeFolder(dataDir);

  const starting = startBroker({ port, dataDir, onProgress: say });
  const isStopping = stopAtSignal('the Kafka broker', starting);

  say('Starting the Kafka broker …');
  const broker = await starting;
  say(`Kafka is ready on ${broker.brokers[0]} (data and log: ${dataDir}). Ctrl-C stops it.`);
  say(`Point Tollgate to it: KAFKA_BROKERS=${broker.brokers[0]} npm start`);
  const how = await broker.exited;
  if (!isStopping())
    throw new SetupError(`The Kafka broker stopped by itself (${how}). Its log: ${path.join(dataDir, 'broker.log')}`);
};

runCommand(main);
