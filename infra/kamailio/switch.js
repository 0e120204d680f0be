// @ts-check
'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { SetupError, dieWithParent, freePort } = require('../child-server.js');
const { writeTables } = require('./tables.js');

const startTimeoutMs = 20_000;
const stopTimeoutMs = 10_000;
const program = ['/usr/sbin/kamailio', '/usr/local/sbin/kamailio'].find((file) => fs.existsSync(file));
const modules = ['evapi', 'jansson', 'uuid', 'db_postgres'];
const moduleFolders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib']
  .map((folder) => path.join(folder, 'kamailio/modules'))
  .filter((folder) => fs.existsSync(folder));
const schemas = '/usr/share/kamailio/postgres';

/** @type {typeof import('./switch').missingKamailio} */
const missingKamailio = () => {
  const isWhole = modules.every((name) =>
    moduleFolders.some((folder) => fs.existsSync(path.join(folder, `${name}.so`))),
  );
  if (program !== undefined && isWhole) return undefined;
  return 'Kamailio 5.6 with its modules is needed: apt-get install kamailio kamailio-extra-modules kamailio-postgres-modules';
};

/** @param {import('./switch').KamailioOptions} options */
const createDialogTables = async ({ psql }) => {
  const isThere = (await psql(['-tAc', "select to_regclass('dialog') is not null"])).trim() === 't';
  if (isThere) return;
  await psql(['-f', path.join(schemas, 'standard-create.sql'), '-f', path.join(schemas, 'dialog-create.sql')]);
  await psql(['-c', withoutLengths]);
};

/** A dialog that does not fit is not kept, and whoever calls names it. */
const withoutLengths = `do $$ declare one record; begin
  for one in select table_name, column_name from information_schema.columns
    where table_schema = current_schema() and table_name in ('dialog', 'dialog_vars') and data_type = 'character varying'
  loop execute format('alter table %I alter column %I type varchar', one.table_name, one.column_name); end loop;
end $$`;

/** What kamailio.cfg leaves open. @param {Record<string, string | number>} values */
const settingsFile = (values) =>
  [
    '#!KAMAILIO',
    ...Object.entries(values).map(([name, value]) => `#!substdef "!S_${name}!${value}!g"`),
    `include_file "${path.join(__dirname, 'kamailio.cfg')}"`,
    '',
  ].join('\n');

/** Kamailio's own name for it. @param {string} url */
const asKamailioUrl = (url) => url.replace(/^postgresql:/, 'postgres:');

/** @param {{ url: string, logFile: string, exited: Promise<string> }} watched */
const untilAnswering = async ({ url, logFile, exited }) => {
  let end = '';
  void exited.then((how) => (end = how));
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'core.version' });
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline; await sleep(20)) {
    if (end) throw new SetupError(`Kamailio did not start (${end}):\n${lastFaults(logFile)}`);
    const answer = await fetch(url, { method: 'POST', body }).catch(() => undefined);
    if (answer?.ok) return;
  }
  throw new SetupError(`Kamailio was not ready after ${startTimeoutMs / 1_000} s. Its log: ${logFile}`);
};

/** @param {string} logFile */
const lastFaults = (logFile) =>
  fs
    .readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => /ERROR|CRITICAL|error/.test(line))
    .slice(-8)
    .join('\n');

const defaults = { address: '127.0.0.1', agents: '127.0.0.0/8', askMs: 1_000, openCalls: 2, openSeconds: 60 };

/** Ports that were given, and free ones. @param {import('./switch').KamailioOptions} options */
const portsOf = async ({ sipPort, rpcPort, evapiPort }) => ({
  sipPort: sipPort || (await freePort()),
  rpcPort: rpcPort || (await freePort()),
  evapiPort: evapiPort || (await freePort()),
});

/** Writes what Kamailio reads, and says where that is. @param {import('./switch').KamailioOptions} options */
const writeSettings = async (options) => {
  const { dataDir, address, agents, askMs, openCalls, openSeconds } = { ...defaults, ...options };
  const tables = path.join(dataDir, 'tables');
  const cdrs = path.join(dataDir, 'cdrs');
  fs.mkdirSync(cdrs, { recursive: true });
  writeTables(tables, options.tables);
  const { sipPort, rpcPort, evapiPort } = await portsOf(options);
  const evapi = `127.0.0.1:${evapiPort}`;
  const values = {
    SIP: `${address}:${sipPort}`,
    RPC_ADDRESS: '127.0.0.1',
    RPC_PORT: rpcPort,
    EVAPI: evapi,
    AGENTS: agents,
    TABLES: tables,
    CDRS: cdrs,
    DIALOGS: asKamailioUrl(options.database),
    ASK_MS: askMs,
    OPEN_CALLS: openCalls,
    OPEN_SECONDS: openSeconds,
  };
  const file = path.join(dataDir, 'settings.cfg');
  // The database's password is in it.
  fs.writeFileSync(file, settingsFile(values), { mode: 0o600 });
  const rpcUrl = `http://127.0.0.1:${rpcPort}/RPC`;
  return { file, place: { sip: values.SIP, sipPort, rpcUrl, evapi, cdrs: values.CDRS } };
};

/** @param {string} dataDir @param {string} file */
const spawnKamailio = (dataDir, file) => {
  const logFile = path.join(dataDir, 'kamailio.log');
  const log = fs.openSync(logFile, 'a');
  const flags = [
    '-f',
    file,
    '-DD',
    '-E',
    '-m',
    '64',
    '-M',
    '8',
    '-P',
    path.join(dataDir, 'kamailio.pid'),
    '-Y',
    dataDir,
  ];
  // TERM lets it end its children; KILL would leave them, holding its ports and answering.
  const command = dieWithParent('TERM', [program ?? '', ...flags]);
  const child = spawn('sh', command, { stdio: ['pipe', log, log], detached: true });
  fs.closeSync(log);
  const exited = once(child, 'exit').then(([code, signal]) => {
    child.stdin?.destroy();
    return signal ? `ended by ${signal}` : `exit code ${code}`;
  });
  return { child, logFile, exited };
};

/** @type {typeof import('./switch').startKamailio} */
const startKamailio = async (options) => {
  const missing = missingKamailio();
  if (missing !== undefined) throw new SetupError(missing);
  await createDialogTables(options);
  const { file, place } = await writeSettings(options);
  const { child, logFile, exited } = spawnKamailio(options.dataDir, file);
  const pid = child.pid ?? 0;
  const kill = async () => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-pid, 'SIGKILL');
    await exited;
  };
  const stop = async () => {
    const timer = setTimeout(() => void kill(), stopTimeoutMs);
    child.kill('SIGTERM');
    await exited;
    clearTimeout(timer);
  };
  await untilAnswering({ url: place.rpcUrl, logFile, exited }).catch(async (error) => {
    await kill();
    throw error;
  });
  return { ...place, pid, exited, stop, kill };
};

module.exports = { missingKamailio, startKamailio };
