// @ts-check
'use strict';

const { setTimeout: sleep } = require('node:timers/promises');
const { percentile } = require('./figures-of.js');

const proofs = 200;

/** @typedef {import('./tollgate-process').TollgateProcess} Tollgate */

const metric = async (/** @type {Tollgate} */ { url }, /** @type {string} */ name) => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1] ?? 0);
};

/** From the start of following until the last event is signed. */
const untilSigned = async (/** @type {Tollgate} */ tollgate) => {
  const startedAt = performance.now();
  const events = await tollgate.logPosition();
  while ((await metric(tollgate, 'tollgate_tree_events')) < events) await sleep(20);
  const seconds = (performance.now() - startedAt) / 1_000;
  while ((await metric(tollgate, 'tollgate_checkpoint_events')) < events) await sleep(20);
  return { events, seconds };
};

/** Growth from as many sizes to all: a proof is as long as one of inclusion, and needs no search for an id. */
const prove = async (/** @type {Tollgate} */ { url }, /** @type {number} */ events) => {
  const tooks = new Float64Array(proofs);
  let bytes = 0;
  for (let at = 0; at < proofs; at += 1) {
    const from = 1 + Math.floor(((at + 0.5) / proofs) * (events - 1));
    const startedAt = performance.now();
    const text = await (await fetch(`${url}/v1/proofs/consistency?from=${from}&to=${events}`)).text();
    tooks[at] = performance.now() - startedAt;
    bytes = Math.max(bytes, text.length);
  }
  return { bytes, p50Ms: percentile(tooks, 0.5), p99Ms: percentile(tooks, 0.99) };
};

module.exports = { metric, proofs, prove, untilSigned };
