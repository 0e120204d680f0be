// @ts-check
'use strict';

const { randomUUID } = require('node:crypto');
const { EventStoreDBClient, START, jsonEvent } = require('@eventstore/db-client');
const { createUsages } = require('../messages.js');

/** Credentials given with a call make it take the plain path, as Tollgate's do; the server has no users. */
const credentials = { username: 'admin', password: 'changeit' };

/** As an event of the ledger is. @param {string} json */
const eventOf = (json) =>
  jsonEvent({
    id: randomUUID(),
    type: 'UsageCharged',
    data: JSON.parse(json),
    metadata: {
      version: 1,
      metadata: { source: { receivedAt: '2026-01-31T12:00:00.000Z', channel: { http: randomUUID() } } },
    },
  });

/**
 * Appends for some seconds: so many events in each, so many appends under way, each in a stream of its own and at its exact revision.
 * @param {{ url: string, events: number, inFlight: number, seconds: number, run: string }} options
 */
const append = async ({ url, events, inFlight, seconds, run }) => {
  const client = EventStoreDBClient.connectionString(url);
  const usage = createUsages({ run, seed: 1, accounts: 1_000 });
  /** @type {number[]} */
  const latencies = [];
  const startedAt = performance.now();
  const until = startedAt + seconds * 1_000;
  const work = async (/** @type {number} */ number) => {
    /** @type {bigint | 'no_stream'} */
    let expectedRevision = 'no_stream';
    while (performance.now() < until) {
      const batch = Array.from({ length: events }, () => eventOf(usage().json));
      const sentAt = performance.now();
      /** @type {import('@eventstore/db-client').AppendToStreamOptions} */
      const options = { expectedRevision, credentials, deadline: 10_000 };
      expectedRevision = (await client.appendToStream(`raw-${run}-${number}`, batch, options)).nextExpectedRevision;
      latencies.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, number) => work(number)));
  const took = (performance.now() - startedAt) / 1_000;
  await client.dispose();
  return { count: latencies.length * events, seconds: took, latencies: Float64Array.from(latencies) };
};

/** Reads all there is, forwards. @param {{ url: string }} options */
const readAll = async ({ url }) => {
  const client = EventStoreDBClient.connectionString(url);
  const startedAt = performance.now();
  let count = 0;
  for await (const { event } of client.readAll({ fromPosition: START, credentials }))
    count += event === undefined ? 0 : 1;
  const seconds = (performance.now() - startedAt) / 1_000;
  await client.dispose();
  return { count, seconds };
};

module.exports = { append, readAll };
