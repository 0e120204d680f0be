// @ts-check
'use strict';

const { execFile } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { promisify } = require('node:util');
const { SetupError } = require('../child-server.js');

const run = promisify(execFile);

const pom = path.join(__dirname, 'pom.xml');
const cacheDir = path.resolve(__dirname, '../../.cache/kafka');
const version = /kafka_2\.13<\/artifactId>\s*<version>([^<]+)/.exec(fs.readFileSync(pom, 'utf8'))?.[1] ?? 'unknown';
const installDir = path.join(cacheDir, version);
const minimumJava = 17;

const java = process.env['JAVA_HOME'] ? path.join(process.env['JAVA_HOME'], 'bin', 'java') : 'java';

const requireJava = async () => {
  const wanted = `The local Kafka broker needs Java ${minimumJava} or newer (a JRE is enough; or point JAVA_HOME at one)`;
  const { stderr } = await run(java, ['-version']).catch(() => {
    throw new SetupError(`${wanted}; no "${java}" was found.`);
  });
  const major = Number(/version "(?:1\.)?(\d+)/.exec(stderr)?.[1]);
  if (!(major >= minimumJava)) throw new SetupError(`${wanted}; "${java}" is: ${stderr.split('\n')[0]}`);
};

/** @param {string} target */
const downloadJars = async (target) => {
  const goal = 'dependency:copy-dependencies';
  const args = ['-q', '-B', '-f', pom, goal, `-DoutputDirectory=${target}`, '-DincludeScope=runtime'];
  await run('mvn', args, { maxBuffer: 1 << 24 }).catch((/** @type {any} */ error) => {
    if (error.code === 'ENOENT') {
      throw new SetupError(
        'Maven ("mvn") was not found: it fetches the Kafka broker, once. Install Maven 3.6 or newer.',
      );
    }
    throw new SetupError(`Maven could not fetch the Kafka broker:\n${error.stdout || error.stderr || error.message}`);
  });
};

/**
 * Formats an empty data folder once. Brokers start from a copy of it, which saves a JVM start each time;
 * that they share a cluster id is harmless, since none of them ever meets another.
 * @param {string} dir
 */
const formatTemplate = async (dir) => {
  const template = path.join(dir, 'formatted');
  const properties = path.join(dir, 'format.properties');
  const lines = [
    'process.roles=broker,controller',
    'node.id=1',
    'controller.quorum.voters=1@127.0.0.1:9093',
    'listeners=PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093',
    'controller.listener.names=CONTROLLER',
    `log.dirs=${template}`,
  ];
  fs.writeFileSync(properties, lines.join('\n'));
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  const classPath = path.join(dir, 'jars', '*');
  await run(java, ['-cp', classPath, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties]);
};

/**
 * The folder with the broker's jars and a formatted data folder; fetched on first use. Safe when several processes
 * come first at once: each prepares its own folder, and the first to rename it wins.
 * @param {(line: string) => void} [onProgress]
 */
const ensureInstalled = async (onProgress = () => undefined) => {
  await requireJava();
  if (fs.existsSync(installDir)) return installDir;
  onProgress(`Fetching Apache Kafka ${version} (43 MB, once) …`);
  fs.mkdirSync(cacheDir, { recursive: true });
  const draft = fs.mkdtempSync(path.join(cacheDir, 'fetching-'));
  try {
    await downloadJars(path.join(draft, 'jars'));
    await formatTemplate(draft);
    fs.renameSync(draft, installDir);
  } catch (error) {
    if (!fs.existsSync(installDir)) throw error;
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
  return installDir;
};

module.exports = { cacheDir, ensureInstalled, java };
