#!/usr/bin/env node
// @ts-check
'use strict';

const { readFileSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { freePort } = require('../child-server.js');
const { startBroker } = require('../kafka/broker.js');
const { missingKamailio, startKamailio } = require('../kamailio/switch.js');
const { answerCalls, placeCall } = require('../phone/phone.js');
const { missingSipp } = require('../phone/sipp.js');
const { startPostgres } = require('../postgres/server.js');
const { makeFolder, perform, say, startReady, undo } = require('./stage.js');

const help = `Shows, in a minute, what becomes of real calls: a prepaid partner's is refused, admitted once it has paid, limited, cut when the money is
gone, refused again, and admitted again. A real Kafka, Kamailio and PostgreSQL, on free ports of 127.0.0.1.

  npm run demo:calls
`;

const example = path.resolve(__dirname, '../kamailio/example');
const acme = '127.0.0.2';
const state = { url: '', sip: '', payments: 0 };

/** @param {string} name */
const exampleFile = (name) => path.join(example, name);

/** @param {string} who @param {string} line */
const tell = (who, line) => say(`${who.padEnd(9)} ${line}`);

/** Broker, database, ledger with its rater, switch, agent, and who is called. @param {AbortSignal} signal */
const setUp = async (signal) => {
  const folder = makeFolder();
  say('Starting Kafka, PostgreSQL, Tollgate, Kamailio and its agent …');
  const [broker, postgres] = await Promise.all([startBroker({ onProgress: say }), startPostgres()]);
  undo.push(broker.stop, postgres.stop);
  signal.throwIfAborted();
  await postgres.createDatabase('kamailio');
  const KAFKA_BROKERS = broker.brokers.join(',');
  const rated = ['--rater', exampleFile('partners.json')];
  const switches = { KAFKA_BROKERS, SWITCHES: 'switch-1' };
  state.url = await startReady(
    ['serve', '--data', path.join(folder, 'data'), '--decks', exampleFile('decks'), ...rated],
    switches,
  );
  signal.throwIfAborted();
  const [vendor, help112] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  for (const phone of [answerCalls(vendor, { ringMs: 500 }), answerCalls(help112)]) undo.push(phone.kill);
  const kamailio = await startKamailio({
    dataDir: path.join(folder, 'switch'),
    database: postgres.url('kamailio'),
    psql: (args) => postgres.psql('kamailio', args),
    tables: {
      ...JSON.parse(readFileSync(exampleFile('switch.json'), 'utf8')),
      routes: { 44: [`initech@${vendor}`] },
      emergency: { 112: help112 },
    },
  });
  undo.push(kamailio.stop);
  signal.throwIfAborted();
  state.sip = kamailio.sip;
  const agentFile = path.join(folder, 'agent.json');
  const { rpcUrl: rpc, evapi, cdrs } = kamailio;
  writeFileSync(agentFile, JSON.stringify({ switches: [{ switchId: 'switch-1', kamailio: { rpc, evapi, cdrs } }] }));
  await startReady(['agent', agentFile, '--url', state.url, '--state', path.join(folder, 'agent'), ...rated], {
    KAFKA_BROKERS,
  });
};

/** @param {string} path @param {object} [body] @returns {Promise<any>} */
const ask = async (path, body) => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(
    state.url + path,
    body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) },
  );
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
};

const account = () => ask('/v1/accounts/acme');

/** @param {(one: any) => boolean} isSo @param {AbortSignal} signal */
const untilAccount = async (isSo, signal) => {
  for (;;) {
    signal.throwIfAborted();
    const one = await account();
    if (isSo(one)) return one;
    await sleep(50);
  }
};

/** @param {string} amount */
const pay = async (amount) => {
  state.payments += 1;
  const paymentId = `p-${state.payments}`;
  await ask('/v1/payments', { paymentId, accountId: 'acme', direction: 'inbound', amount, currency: 'EUR' });
  tell('finance', `acme has paid ${amount} EUR`);
};

/** What is blocked, as the switch has acknowledged it. @param {string} traffic @param {AbortSignal} signal */
const tellTraffic = async (traffic, signal) => {
  const { traffic: now } = await untilAccount((one) => one.traffic.inbound.state === traffic, signal);
  const command = traffic === 'blocked' ? 'BlockTraffic' : 'UnblockTraffic';
  tell('Tollgate', `${command} acme/inbound, number ${now.inbound.sequence}`);
};

/** @param {{ callee?: string, talkMs?: number }} options @param {AbortSignal} signal */
const call = async (options, signal) => {
  signal.throwIfAborted();
  const placed = placeCall(state.sip, { from: acme, ...options });
  signal.addEventListener('abort', placed.kill, { once: true });
  void placed
    .answered()
    .then(
      async () => {
        tell('acme', `calls ${options.callee ?? '441234'}: it is answered`);
        const { items } = await ask('/v1/accounts/acme/authorizations');
        for (const { granted, reserved } of items)
          tell(
            'Tollgate',
            `has granted ${granted ?? 'as many as it likes,'} seconds, and holds ${reserved} EUR for them`,
          );
      },
      () => undefined,
    )
    .catch(() => undefined);
  const over = await placed.over;
  signal.removeEventListener('abort', placed.kill);
  // Of a call that Ctrl-C ended there is nothing to tell.
  signal.throwIfAborted();
  return over;
};

/** @param {import('../phone/phone').Call} over */
const tellCall = ({ status, reason, answeredAt = 0, endedAt = 0, endedBy }) => {
  if (status !== 200) return tell('Kamailio', `refuses a call of acme's: ${status}${reason}`);
  const after = `after ${((endedAt - answeredAt) / 1_000).toFixed(1)} s`;
  if (endedBy === 'switch') return tell('Kamailio', `cuts the call ${after}:${reason}`);
  return tell('acme', `hangs up ${after}`);
};

/** @param {AbortSignal} signal */
const tellCharge = async (signal) => {
  const { balances, totals } = await untilAccount((one) => one.exposure === undefined, signal);
  tell('rater', `its CDR is charged: acme has used ${totals.inbound.usage} EUR, and has ${balances.inbound} EUR left`);
};

/** The first call after a payment, tried until it goes through. @param {number} talkMs @param {AbortSignal} signal */
const callAgain = async (talkMs, signal) => {
  const paidAt = Date.now();
  for (;;) {
    const over = await call({ talkMs }, signal);
    if (over.status !== 200) continue;
    tell('', `(answered ${((over.answeredAt ?? 0) - paidAt).toFixed(0)} ms after the payment, 500 of which it rang)`);
    return over;
  }
};

/** @param {AbortSignal} signal */
const play = async (signal) => {
  const missing = missingKamailio() ?? missingSipp();
  if (missing !== undefined) throw new Error(missing);
  await setUp(signal);
  say('\nacme is prepaid; its calls cost a cent a second. It has paid nothing yet.');
  await ask('/v1/accounts', { accountId: 'initech', currency: 'EUR' });
  await ask('/v1/accounts', { accountId: 'acme', currency: 'EUR', cutoff: { balances: ['inbound'] } });
  await tellTraffic('blocked', signal);
  tellCall(await call({}, signal));

  say('\nIt pays for a few seconds, and talks for as long as it may.');
  await pay('0.08');
  await tellTraffic('open', signal);
  tellCall(await callAgain(60_000, signal));
  await tellCharge(signal);

  say('\nThe money is gone. Calls are refused, but for emergency calls.');
  tellCall(await call({}, signal));
  tellCall(await call({ callee: '112', talkMs: 1_000 }, signal));

  say('\nIt pays again.');
  await pay('1');
  tellCall(await callAgain(3_000, signal));
  await tellCharge(signal);
  say('');
};

if (process.argv.includes('--help')) say(help);
else void perform(play);
