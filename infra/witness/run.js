#!/usr/bin/env node
// @ts-check
'use strict';

const path = require('node:path');
const { parseArgs } = require('node:util');
const { portFrom } = require('../child-server.js');
const { readOptions, runCommand, say } = require('../command.js');
const { startWitness } = require('./witness.js');

const help = `Runs a witness (c2sp.org/tlog-witness) on this machine, until Ctrl-C: it cosigns checkpoints of the ledgers that it was told of, each only
if it continues the last one that it cosigned.

  npm run witness -- --name NAME --state FILE --log KEY [--log KEY]... [--port 8600]

  --name NAME   what it is called, such as witness.example.com/w1
  --state FILE  its key, and what it cosigned last; made if it is missing, and never to be put back from a copy
  --log KEY     public key of a ledger, as in signing.pem.pub, which is there from its first event on;
                'ORIGIN KEY' of checkpoints of another origin, after audit new-origin
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
  const { name, state, log: logs = [], help: isAskedForHelp, port } = values;
  if (isAskedForHelp) return { name: '', file: '', logs, help: true, port: 0 };
  if (name === undefined || state === undefined || logs.length === 0)
    throw new Error('--name, --state and --log are needed');
  if (!/^[^\s+,]+$/.test(name)) throw new Error(`--name ${name}: no spaces, no + and no comma`);
  return { name, file: path.resolve(state), logs, port: port === '0' ? 0 : portFrom(port) };
};

const main = async () => {
  const { url, line } = await startWitness(readOptions(help, parse));
  say(`The witness listens on ${url}. Have Tollgate ask it:`);
  say(`TOLLGATE_WITNESSES='${url} ${line}'`);
  await new Promise(() => undefined);
};

runCommand(main);
