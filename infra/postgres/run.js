#!/usr/bin/env node
// @ts-check
'use strict';

const path = require('node:path');
const { parseArgs } = require('node:util');
const { SetupError, portFrom } = require('../child-server.js');
const { readOptions, runCommand, say, stopAtSignal } = require('../command.js');
const { startPostgres } = require('./server.js');

const help = `Runs a PostgreSQL server on this machine, until Ctrl-C. Needs Debian's package postgresql, or its programs in the PATH.

  npm run postgres -- [--port 5432] [--data FOLDER]

  --port N       the port on 127.0.0.1 (default 5432)
  --data FOLDER  where databases are kept between runs (default .cache/postgres/data-<port>)
  --help         this text
`;

const database = 'tollgate';

const parse = () =>
  parseArgs({
    options: {
      port: { type: 'string', default: '5432' },
      data: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;

const main = async () => {
  const values = readOptions(help, parse);
  const port = portFrom(values.port);
  const dataDir = path.resolve(values.data ?? path.resolve(__dirname, `../../.cache/postgres/data-${values.port}`));
  const starting = startPostgres({ port, dataDir });
  const isStopping = stopAtSignal('PostgreSQL', starting);
  const postgres = await starting;
  if (postgres.isNew) await postgres.createDatabase(database);
  say(`PostgreSQL is ready on 127.0.0.1:${port} (data and log: ${dataDir}). Ctrl-C stops it.`);
  say(`Point Tollgate to it: DATABASE_URL=${postgres.url(database)} npm start`);
  const how = await postgres.exited;
  if (!isStopping()) throw new SetupError(`PostgreSQL stopped by itself (${how}). Its log: ${dataDir}/postgres.log`);
};

runCommand(main);
