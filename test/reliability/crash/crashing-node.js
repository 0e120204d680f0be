// @ts-check
'use strict';
const { writeSync } = require('node:fs');
const { join } = require('node:path');
const { createLog } = require('@tollgate/service-runtime');
const { lockFolder, openFolder } = require('@tollgate/folder');
const { openData, readSettings, startLedgerNode } = require('tollgate/node');

/**
 * Tollgate as it is, on its real files, with two differences: at a named point, passed for the nth time, it kills itself with
 * SIGKILL, and it keeps its account table and writes new segments often. Arguments: data folder, brokers or "-", topic prefix,
 * point, n. The ports are wrapped; no product code knows.
 */
const [data = '', brokers = '-', prefix = '', point = '', nth = '1'] = process.argv.slice(2);
let left = Number(nth);

const often = { table: { snapshotEvents: 300, ids: { tableIds: 200 } }, log: { segmentBytes: 256 << 10 } };

/** @param {string} name */
const isDue = (name) => {
  if (name === point) left -= 1;
  return name === point && left <= 0;
};

const die = () => {
  writeSync(process.stdout.fd, 'reached\n');
  process.kill(process.pid, 'SIGKILL');
};

/** @param {string} name */
const pass = (name) => {
  if (isDue(name)) die();
};

/** A write of which the disk has a part when everything ends. @param {import('@tollgate/folder').FolderFile} file @param {Uint8Array} bytes @param {number} position */
const tear = async (file, bytes, position) => {
  await file.write(bytes.subarray(0, Math.floor(((Number(nth) % 10) / 10) * bytes.length)), position);
  die();
};

/** Passes a point before and after everything that changes a file. @param {string} name @param {import('@tollgate/folder').Folder} folder @returns {import('@tollgate/folder').Folder} */
const withPoints = (name, folder) => ({
  ...folder,
  open: async (file, options) => {
    if (options?.isNew) pass(`${name} new`);
    const opened = await folder.open(file, options);
    return {
      ...opened,
      write: async (bytes, position) => {
        pass(`${name} write before`);
        if (isDue(`${name} write torn`)) await tear(opened, bytes, position);
        await opened.write(bytes, position);
        pass(`${name} write after`);
      },
      note: (bytes, position) => {
        pass(`${name} note before`);
        opened.note(bytes, position);
        pass(`${name} note after`);
      },
    };
  },
  rename: async (from, to) => {
    pass(`${name} rename before`);
    await folder.rename(from, to);
    pass(`${name} rename after`);
  },
  remove: async (file) => {
    pass(`${name} remove`);
    await folder.remove(file);
  },
});

/** @type {NonNullable<Parameters<typeof startLedgerNode>[2]>} */
const open = async ({ data: path }, options) => {
  const lock = await lockFolder(join(path, 'lock'));
  const folder = async (/** @type {string} */ name) => openFolder(join(path, name));
  const folders = {
    log: withPoints('log', await folder('log')),
    accountTable: withPoints('table', await folder('account-table')),
    relays: withPoints('relay', await folder('relays')),
  };
  const opened = await openData(folders, { ...options, ...often });
  const { log } = opened;
  return {
    ...opened,
    tree: () => folder('tree'),
    past: () => folder('past'),
    log: {
      ...log,
      append: async (appends) => {
        pass('append before');
        const results = await log.append(appends);
        // The log has it, and nobody knows yet: not the client, not the relay.
        pass(appends.some(({ stream }) => stream.startsWith('cutoff-')) ? 'decision' : 'append');
        return results;
      },
    },
    close: async () => {
      await opened.close();
      await lock.release();
    },
  };
};

const main = async () => {
  const settings = readSettings(
    { port: '0', data, logLevel: 'error', ...(brokers !== '-' && { kafkaBrokers: brokers, kafkaTopicPrefix: prefix }) },
    {},
  );
  const node = await startLedgerNode(settings, createLog('error'), open);
  process.stdout.write(`listening ${node.url}\n`);
  process.once('SIGTERM', () => void node.stop().then(() => process.exit(0)));
};

void main();
