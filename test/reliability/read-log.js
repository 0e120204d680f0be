// @ts-check
'use strict';
const { join } = require('node:path');
const { storedEvents } = require('@tollgate/contracts');
const { openEsdbEventLog } = require('@tollgate/event-store-esdb');
const { openFileLogReader } = require('@tollgate/event-store-file');
const { openFolderReadOnly } = require('@tollgate/folder');

/** Every event of the log in a data folder, oldest first, read from its files. @param {string} data */
const readLog = async (data) => {
  const reader = await openFileLogReader(await openFolderReadOnly(join(data, 'log')), { codec: storedEvents });
  /** @type {any[]} */
  const events = [];
  for await (const group of reader.groups())
    for (let index = 0; index < group.count; index += 1) events.push(group.event(index));
  reader.close();
  return events;
};

/** The same of a log in an event store, read through its adapter. @param {string} url @param {string} streamPrefix */
const readStore = async (url, streamPrefix) => {
  const log = await openEsdbEventLog({ connectionString: () => url, streamPrefix, codec: storedEvents });
  const { signal } = new AbortController();
  /** @type {any[]} */
  const found = [];
  for await (const { events, isCaughtUp } of log.subscribe({ prefixes: [''], signal })) {
    found.push(...events);
    if (isCaughtUp) break;
  }
  await log.close();
  return found;
};

module.exports = { readLog, readStore };
