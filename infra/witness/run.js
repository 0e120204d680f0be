#!/usr/bin/env node
// @ts-check
'use strict';

const path = require('node:path');
const { parseArgs } = require('node:util');
const { SetupError } = require('../child-server.js');
const { readOptions, runCommand, say, wholeNumber } = require('../command.js');
const { startWitness } = require('./witness.js');

const help = `Runs a witness (c2sp.org/tlog-witness) on this machine, until Ctrl-C: it cosigns checkpoints of the ledgers that it was told of, each only
if it continues the last one that it cosigned.

  npm run witness -- --name NAME --state FILE --log KEY [--log KEY]... [--port 8600]

  --name NAME   what it is called, such as witness.example.com/w1
  --state FILE  its key, and what it cosigned last; made if it is missing, and never to be put back from a copy
  --log KEY     public key of a ledger, as in signing.pem.pub; 'ORIGIN KEY' of checkpoints of another origin, after audit new-origin
  --port N      the port on 127.0.0.1 (default 8600)
  --help        this text
`;

const parse = () => {
  const { values } = parseArgs({
    options: {
      name: { type: 'string' },
      state: { type: 'string' },
      log: { type: 'string', multiple: true },
      port: { type: 'string', default: '8600' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  return { ...values, port: wholeNumber('--port', values.port, 0) };
};

const main = async () => {
  const { name, state, log = [], port } = readOptions(help, parse);
  if (name === undefined || state === undefined || log.length === 0)
    throw new SetupError(`--name, --state and --log are needed\n\n${help}`);
  if (!/^[^\s+]+$/.test(name)) throw new SetupError(`--name ${name}: no spaces and no +`);
  const options = { name, file: path.resolve(state), logs: log, port };
  const { url, line } = await startWitness(options);
  say(`The witness listens on ${url}. Have Tollgate ask it:`);
  say(`TOLLGATE_WITNESSES='${url} ${line}'`);
  await new Promise(() => undefined);
};

runCommand(main);
