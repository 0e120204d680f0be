#!/usr/bin/env node
// @ts-check
'use strict';

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { parseArgs, promisify } = require('node:util');
const { SetupError, portFrom } = require('../child-server.js');
const { readOptions, runCommand, say, stopAtSignal, wholeNumber } = require('../command.js');
const { startKamailio } = require('./switch.js');

const help = `Runs a Kamailio that asks Tollgate before it routes, until Ctrl-C. Needs Debian's kamailio, kamailio-extra-modules and
kamailio-postgres-modules, and a PostgreSQL database for its dialogs (npm run postgres).

  npm run kamailio -- [--switch FILE] [--sip 127.0.0.1:5060] [--database URL] [--data FOLDER]

  --switch FILE       what it knows without asking: trunks, routes, emergency numbers (default infra/kamailio/example/switch.json)
  --sip HOST:PORT     where it takes SIP, over UDP and TCP (default 127.0.0.1:5060)
  --rpc PORT          its JSON-RPC, on 127.0.0.1 (default 8449)
  --evapi PORT        where the agent connects to, on 127.0.0.1 (default 8448)
  --open-calls N      how many calls an account with the policy "open" may make at once while nobody can be asked (default 2)
  --open-seconds N    and how long each of them (default 60)
  --database URL      default postgresql://tollgate@127.0.0.1:5432/tollgate
  --data FOLDER       its CDRs and its log (default .cache/kamailio)
  --help              this text
`;

const parse = () => {
  const { values } = parseArgs({
    options: {
      switch: { type: 'string', default: path.join(__dirname, 'example/switch.json') },
      sip: { type: 'string', default: '127.0.0.1:5060' },
      rpc: { type: 'string', default: '8449' },
      evapi: { type: 'string', default: '8448' },
      'open-calls': { type: 'string', default: '2' },
      'open-seconds': { type: 'string', default: '60' },
      database: { type: 'string', default: 'postgresql://tollgate@127.0.0.1:5432/tollgate' },
      data: { type: 'string', default: path.resolve(__dirname, '../../.cache/kamailio') },
      help: { type: 'boolean', short: 'h' },
    },
  });
  return {
    ...values,
    openCalls: wholeNumber('--open-calls', values['open-calls'], 1),
    openSeconds: wholeNumber('--open-seconds', values['open-seconds'], 1),
  };
};

/** @param {string} file */
const tablesIn = (file) => {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    throw new SetupError(`--switch ${file}: ${/** @type {Error} */ (error).message}`);
  }
};

/** @param {string} database */
const psqlAt = (database) => async (/** @type {readonly string[]} */ args) => {
  const command = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', database, ...args];
  const { stdout } = await promisify(execFile)('psql', command).catch((error) => {
    throw new SetupError(`The database cannot be used: ${error.stderr || error.message}`);
  });
  return stdout;
};

const main = async () => {
  const options = readOptions(help, parse);
  const [address = '', port = ''] = options.sip.split(':');
  const starting = startKamailio({
    tables: tablesIn(options.switch),
    database: options.database,
    psql: psqlAt(options.database),
    dataDir: path.resolve(options.data),
    address,
    sipPort: portFrom(port),
    rpcPort: portFrom(options.rpc),
    evapiPort: portFrom(options.evapi),
    openCalls: options.openCalls,
    openSeconds: options.openSeconds,
  });
  const isStopping = stopAtSignal('Kamailio', starting);
  const { sip, rpcUrl, evapi, cdrs, exited } = await starting;
  say(`Kamailio takes SIP on ${sip} (JSON-RPC ${rpcUrl}, evapi ${evapi}, CDRs in ${cdrs}). Ctrl-C stops it.`);
  say(
    'It refuses calls, emergency calls apart, until its agent has come: npx tollgate agent infra/kamailio/example/agent.json',
  );
  const how = await exited;
  if (!isStopping()) throw new SetupError(`Kamailio stopped by itself (${how}). Its log: ${options.data}/kamailio.log`);
};

runCommand(main);
