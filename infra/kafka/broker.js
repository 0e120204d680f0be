// @ts-check
'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { SetupError, dieWithParent, freePort } = require('../child-server.js');
const { ensureInstalled, java } = require('./install.js');

const startTimeoutMs = 60_000;
const stopTimeoutMs = 10_000;

const jvmFlags = [
  '-Xms128m',
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
];

/** @param {{ port: number, controllerPort: number, logDir: string, config: Readonly<Record<string, unknown>> }} where */
const brokerConfig = ({ port, controllerPort, logDir, config }) => ({
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
  listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
  'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
  'controller.listener.names': 'CONTROLLER',
  'log.dirs': logDir,
  'auto.create.topics.enable': false,
  'num.partitions': 6,
  'default.replication.factor': 1,
  'offsets.topic.replication.factor': 1,
  'offsets.topic.num.partitions': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 1,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'group.initial.rebalance.delay.ms': 0,
  // A broker that was killed is refused as its own duplicate until its session has expired.
  'broker.session.timeout.ms': 1500,
  'broker.heartbeat.interval.ms': 500,
  'log.cleaner.dedupe.buffer.size': 4 << 20,
  ...config,
});

/**
 * @param {string} dataDir
 * @param {string} installed
 */
const prepareLogDir = (dataDir, installed) => {
  const logDir = path.join(dataDir, 'kafka');
  if (!fs.existsSync(path.join(logDir, 'meta.properties'))) {
    fs.cpSync(path.join(installed, 'formatted'), logDir, { recursive: true });
  }
  return logDir;
};

/** @param {string} log */
const whyItFailed = (log) => {
  if (/BindException|Address already in use/.test(log)) return 'its port is taken';
  if (/Failed to acquire lock/.test(log)) return 'another broker is running on its data folder';
  return (
    log
      .split('\n')
      .filter((line) => /ERROR|FATAL|Exception|Error:/.test(line))
      .slice(0, 5)
      .join('\n') || 'see its log'
  );
};

/**
 * The broker says so itself, once it has joined its cluster and is allowed to serve.
 * @param {{ logFile: string, from: number, exited: Promise<string> }} watched
 */
const untilReady = async ({ logFile, from, exited }) => {
  let end = '';
  void exited.then((how) => (end = how));
  const written = () => fs.readFileSync(logFile).subarray(from).toString('utf8');
  for (const deadline = Date.now() + startTimeoutMs; Date.now() < deadline; await sleep(25)) {
    if (written().includes('Kafka Server started')) return;
    if (end)
      throw new SetupError(`The Kafka broker did not start (${end}): ${whyItFailed(written())}\nIts log: ${logFile}`);
  }
  throw new SetupError(`The Kafka broker was not ready after ${startTimeoutMs / 1000} s. Its log: ${logFile}`);
};

/** @param {{ installed: string, properties: string, logFile: string, sharing: string[] }} files */
const spawnBroker = ({ installed, properties, logFile, sharing }) => {
  const log = fs.openSync(logFile, 'a');
  const flags = [...jvmFlags, ...sharing, '-cp', path.join(installed, 'jars', '*')];
  const command = [java, ...flags, 'kafka.Kafka', properties];
  // Its own process group: a Ctrl-C in the terminal is ours to pass on, in order.
  const child = spawn('sh', dieWithParent('KILL', command), { stdio: ['pipe', log, log], detached: true });
  fs.closeSync(log);
  const exited = once(child, 'exit').then(([code, signal]) => {
    child.stdin?.destroy();
    return signal ? `ended by ${signal}` : `exit code ${code}`;
  });
  return { child, exited };
};

/**
 * What a JVM keeps of the classes it has loaded: with it a broker is there in half the time. Made once, by a broker that is started for
 * it and stopped; a JVM that cannot do that, or is another one later, works without.
 * @param {string} installed
 */
const sharedClasses = async (installed) => {
  const archive = path.join(installed, 'classes.jsa');
  if (!fs.existsSync(archive)) {
    const draft = path.join(installed, `classes-${process.pid}.jsa`);
    const broker = await runBroker(installed, {}, [`-XX:ArchiveClassesAtExit=${draft}`]);
    // Not `stop`, which would not wait for it to be written.
    await broker.kill('SIGTERM');
    fs.rmSync(broker.dataDir, { recursive: true });
    fs.renameSync(draft, archive);
  }
  return [`-XX:SharedArchiveFile=${archive}`];
};

/** @type {typeof import('./broker').startBroker} */
const startBroker = async (options = {}) => {
  const installed = await ensureInstalled(options.onProgress);
  const sharing = await sharedClasses(installed).catch(() => []);
  return runBroker(installed, options, sharing);
};

/**
 * @param {string} installed
 * @param {import('./broker').BrokerOptions} options
 * @param {string[]} sharing
 * @returns {Promise<import('./broker').Broker>}
 */
const runBroker = async (installed, options, sharing) => {
  const dataDir = options.dataDir ?? fs.mkdtempSync(path.join(os.tmpdir(), 'tollgate-kafka-'));
  fs.mkdirSync(dataDir, { recursive: true });
  const port = options.port || (await freePort());
  const logFile = options.logFile ?? path.join(dataDir, 'broker.log');
  const properties = path.join(dataDir, 'server.properties');
  const logDir = prepareLogDir(dataDir, installed);
  const config = brokerConfig({ port, controllerPort: await freePort(), logDir, config: options.config ?? {} });
  fs.writeFileSync(
    properties,
    Object.entries(config)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  );

  const from = fs.existsSync(logFile) ? fs.statSync(logFile).size : 0;
  const { child, exited } = spawnBroker({ installed, properties, logFile, sharing });
  const kill = async (/** @type {NodeJS.Signals} */ signal = 'SIGKILL') => {
    child.kill(signal);
    await exited;
  };
  const stop = async () => {
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await kill('SIGTERM');
    clearTimeout(timer);
    if (!options.dataDir) fs.rmSync(dataDir, { recursive: true, force: true });
  };
  await untilReady({ logFile, from, exited }).catch(async (error) => {
    await kill();
    throw error;
  });
  return { brokers: [`127.0.0.1:${port}`], port, pid: child.pid ?? 0, dataDir, exited, stop, kill };
};

module.exports = { startBroker };
