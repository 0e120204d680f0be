// @ts-check
'use strict';
const { once } = require('node:events');
const { join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { spawnChild } = require('../reliability/proof');

/** @typedef {import('./business').Call} Call */
/** @typedef {{ method: string, path: string, body: string, status: number, answer: string } | { method: string, path: string, body: string, status: null }} Told */

const patienceMs = 60_000;

/** @param {string} what @param {() => Promise<boolean> | boolean} isTrue */
const until = async (what, isTrue) => {
  for (const deadline = Date.now() + patienceMs; !(await isTrue()); await delay(50))
    if (Date.now() > deadline) throw new Error(`${what} did not come within a minute`);
};

/**
 * `tollgate serve` of a checkout, built, in a process of its own.
 * @param {{ checkout: string, data: string, brokers: string | undefined, prefix: string, signingKey?: string | undefined, numberKeys?: string | undefined, decks: string }} where
 */
const startTollgate = async ({ checkout, data, brokers, prefix, signingKey, numberKeys, decks }) => {
  const kafka = brokers === undefined ? [] : ['--kafka-brokers', brokers, '--kafka-topic-prefix', prefix];
  const program = join(checkout, 'services/tollgate/bin/tollgate.js');
  const signed = signingKey === undefined ? [] : ['--signing-key', signingKey];
  const sealed = numberKeys === undefined ? [] : ['--number-keys', numberKeys];
  const flags = ['serve', '--port', '0', '--data', data, '--log-level', 'warn', ...kafka, ...signed, ...sealed];
  const env = { ...process.env, AUTHORIZE_WITH_PRICE: '1', TOLLGATE_DECKS: decks };
  const child = spawnChild(process.execPath, [program, ...flags], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let printed = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => (printed += text));
  await until('an address', () => /listens on (http:\S+?),/.test(printed) || child.exitCode !== null);
  const url = /listens on (http:\S+?),/.exec(printed)?.[1];
  if (url === undefined) throw new Error(`Tollgate did not start: ${printed}`);
  await until('readiness', async () => (await fetch(`${url}/readyz`)).ok);
  const end = (/** @type {NodeJS.Signals} */ signal) => async () => {
    child.kill(signal);
    await ended;
  };
  return { url, stop: end('SIGTERM'), kill: end('SIGKILL') };
};

/** Sends one call and notes what came back, also that nothing did. @param {string} url @param {Call} call @returns {Promise<Told>} */
const tell = async (url, { method, path, body, type = 'application/json' }) => {
  try {
    const answer = await fetch(url + path, { method, body, headers: { 'content-type': type } });
    return { method, path, body, status: answer.status, answer: await answer.text() };
  } catch {
    return { method, path, body, status: null };
  }
};

/** @param {string} url @param {string} path @returns {Promise<any[]>} */
const listOf = async (url, path) => {
  const items = [];
  for (let after = ''; ;) {
    const answer = await fetch(`${url}${path}?limit=1000${after === '' ? '' : `&after=${after}`}`);
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    const page = /** @type {any} */ (await answer.json());
    items.push(...page.items);
    if (page.next === null) return items;
    after = page.next;
  }
};

/** Commands of the event stream from its start, as they came. @param {string} url @param {number} count */
const commandsOf = async (url, count) => {
  const stopping = new AbortController();
  const headers = { accept: 'text/event-stream' };
  const answer = await fetch(`${url}/v1/traffic-control?from=start`, { headers, signal: stopping.signal });
  /** @type {{ id: string, data: string }[]} */
  const commands = [];
  let unread = '';
  const decoder = new TextDecoder();
  for await (const chunk of /** @type {any} */ (answer.body)) {
    const blocks = (unread + decoder.decode(chunk, { stream: true })).split('\n\n');
    unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, id] = /^id: (.*)$/m.exec(block) ?? [];
      const [, data] = /^data: (.*)$/m.exec(block) ?? [];
      if (id !== undefined && data !== undefined) commands.push({ id, data });
    }
    if (commands.length >= count) break;
  }
  stopping.abort();
  return commands;
};

/** @param {any} account */
const sequenceOf = ({ traffic }) => Math.max(traffic.inbound.sequence ?? 0, traffic.outbound.sequence ?? 0);

/** What a ledger at rest tells of everything it holds. @param {string} url */
const observe = async (url) => {
  const last = /tollgate_log_position (\d+)/.exec(await (await fetch(`${url}/metrics`)).text())?.[1] ?? '0';
  await (await fetch(`${url}/v1/accounts?limit=1&minPosition=${last}`)).text();
  const accounts = await listOf(url, '/v1/accounts');
  /** @type {Record<string, any[]>} */
  const histories = {};
  for (const { accountId } of accounts) histories[accountId] = await listOf(url, `/v1/accounts/${accountId}/history`);
  const decisions = accounts.reduce((sum, account) => sum + sequenceOf(account), 0);
  const commands = decisions === 0 ? [] : await commandsOf(url, decisions);
  return { accounts, histories, blocked: await listOf(url, '/v1/traffic-control'), commands };
};

module.exports = { observe, startTollgate, tell, until };
