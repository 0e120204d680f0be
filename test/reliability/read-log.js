// @ts-check
'use strict';
const { createReadStream } = require('node:fs');
const { join } = require('node:path');
const { createInterface } = require('node:readline');
const { storedEvents } = require('@tollgate/contracts');
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

/** The same, as `tollgate export` prints them. @param {string} file */
const readExport = async (file) => {
  /** @type {any[]} */
  const events = [];
  for await (const line of createInterface({ input: createReadStream(file) })) events.push(JSON.parse(line));
  return events;
};

module.exports = { readExport, readLog };
