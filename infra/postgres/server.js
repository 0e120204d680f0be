// @ts-check
'use strict';

const { execFile, spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { promisify } = require('node:util');
const { SetupError, dieWithParent, freePort } = require('../child-server.js');

const run = promisify(execFile);
const startTimeoutMs = 30_000;
const packages = '/usr/lib/postgresql';

/** Where Debian has its newest server, which is in no PATH; else wherever the PATH has one. */
const findPrograms = () => {
  const versions = fs.existsSync(packages) ? fs.readdirSync(packages).map(Number) : [];
  const installed = versions
    .sort((one, other) => other - one)
    .map((version) => path.join(packages, String(version), 'bin'));
  const folders = [...installed, ...(process.env['PATH'] ?? '').split(path.delimiter)];
  const found = folders.find((folder) => fs.existsSync(path.join(folder, 'initdb')));
  if (found === undefined)
    throw new SetupError(
      `A PostgreSQL server (13 or newer) is needed, and neither ${packages} nor the PATH has "initdb": apt-get install postgresql`,
    );
  return found;
};

/** PostgreSQL refuses to run as root: then it runs as the user of Debian's package, or as nobody. */
const findUser = () => {
  if (process.getuid?.() !== 0) return {};
  const idOf = (/** @type {string} */ name, /** @type {string} */ flag) => {
    const { status, stdout } = spawnSync('id', [flag, name], { encoding: 'utf8' });
    return status === 0 ? Number(stdout) : undefined;
  };
  const name = idOf('postgres', '-u') === undefined ? 'nobody' : 'postgres';
  return { name, uid: idOf(name, '-u'), gid: idOf(name, '-g') };
};

/** Every folder above has to let that user in too. @param {string} dataDir @param {ReturnType<typeof findUser>} user */
const requireWayTo = (dataDir, { name, uid, gid }) => {
  if (uid === undefined) return;
  const parts = path.resolve(dataDir).split(path.sep).slice(1, -1);
  const above = parts.map((_part, at) => `/${parts.slice(0, at + 1).join('/')}`);
  const closed = above.find((folder) => spawnSync('test', ['-x', folder], { uid, gid, cwd: '/' }).status !== 0);
  if (closed === undefined) return;
  throw new SetupError(
    `PostgreSQL does not run as root, so it runs as ${name} here, who may not enter ${closed}. Keep its data elsewhere (--data /var/tmp/tollgate-postgres), let ${name} in (chmod o+x ${closed}), or run this as another user than root.`,
  );
};

/** @param {{ programs: string, user: { uid?: number | undefined, gid?: number | undefined }, cluster: string, password: string | undefined }} where */
const createCluster = async ({ programs, user, cluster, password }) => {
  const secret = `${cluster}.password`;
  if (password !== undefined) fs.writeFileSync(secret, password, { mode: 0o600 });
  if (user.uid !== undefined && password !== undefined) fs.chownSync(secret, user.uid, user.gid ?? user.uid);
  const access = password === undefined ? ['--auth=trust'] : ['--auth=scram-sha-256', `--pwfile=${secret}`];
  const args = ['-D', cluster, '-U', 'tollgate', '-E', 'UTF8', '--locale=C', '--no-sync', ...access];
  const { uid, gid } = user;
  await run(path.join(programs, 'initdb'), args, { uid, gid, cwd: '/' }).catch((error) => {
    throw new SetupError(`PostgreSQL could not make a database cluster in ${cluster}:\n${error.stderr}`);
  });
  fs.rmSync(secret, { force: true });
};

/** @param {{ logFile: string, from: number, exited: Promise<string> }} watched */
const untilReady = async ({ logFile, from, exited }) => {
  let end = '';
  void exited.then((how) => (end = how));
  const written = () => fs.readFileSync(logFile).subarray(from).toString('utf8');
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline; await sleep(10)) {
    if (written().includes('database system is ready to accept connections')) return;
    if (end) throw new SetupError(`PostgreSQL did not start (${end}):\n${written()}`);
  }
  throw new SetupError(`PostgreSQL was not ready after ${startTimeoutMs / 1000} s. Its log: ${logFile}`);
};

/** @type {typeof import('./server').startPostgres} */
const startPostgres = async (options = {}) => {
  const programs = findPrograms();
  const user = findUser();
  const dataDir = options.dataDir ?? fs.mkdtempSync(path.join(os.tmpdir(), 'tollgate-postgres-'));
  fs.mkdirSync(dataDir, { recursive: true });
  requireWayTo(dataDir, user);
  if (user.uid !== undefined) fs.chownSync(dataDir, user.uid, user.gid ?? user.uid);
  const cluster = path.join(dataDir, 'cluster');
  const isNew = !fs.existsSync(cluster);
  if (isNew) await createCluster({ programs, user, cluster, password: options.password });

  const port = options.port || (await freePort());
  const logFile = path.join(dataDir, 'postgres.log');
  const from = fs.existsSync(logFile) ? fs.statSync(logFile).size : 0;
  const log = fs.openSync(logFile, 'a');
  const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: '', ...options.config };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // What is killed with QUIT stops at once and takes its own children along; KILL would leave them for a moment.
  const command = dieWithParent('QUIT', [path.join(programs, 'postgres'), '-D', cluster, ...flags]);
  const child = spawn('sh', command, {
    stdio: ['pipe', log, log],
    detached: true,
    uid: user.uid,
    gid: user.gid,
    cwd: '/',
  });
  fs.closeSync(log);
  const exited = once(child, 'exit').then(([code, signal]) => {
    child.stdin?.destroy();
    return signal ? `ended by ${signal}` : `exit code ${code}`;
  });
  const end = async (/** @type {NodeJS.Signals} */ signal) => {
    child.kill(signal);
    await exited;
  };
  await untilReady({ logFile, from, exited }).catch(async (error) => {
    await end('SIGQUIT');
    throw error;
  });
  const env = { ...process.env, PGPASSWORD: options.password };
  const at = ['-h', '127.0.0.1', '-p', String(port), '-U', 'tollgate'];
  const psql = async (/** @type {string} */ database, /** @type {readonly string[]} */ args) => {
    const command = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', ...at, '-d', database, ...args];
    return (await run(path.join(programs, 'psql'), command, { env, maxBuffer: 1 << 26 })).stdout;
  };
  return {
    port,
    url: (database, password = options.password) =>
      `postgresql://tollgate${password === undefined ? '' : `:${encodeURIComponent(password)}`}@127.0.0.1:${port}/${database}`,
    createDatabase: async (name) => void (await run(path.join(programs, 'createdb'), [...at, name], { env })),
    isNew,
    psql,
    exited,
    kill: () => end('SIGQUIT'),
    stop: async () => {
      // Fast: sessions that are open end, nothing is lost.
      await end('SIGINT');
      if (!options.dataDir) fs.rmSync(dataDir, { recursive: true, force: true });
    },
  };
};

module.exports = { startPostgres };
