// @ts-check
'use strict';
const { writeSync } = require('node:fs');
const { createLog } = require('@tollgate/service-runtime');
const { folderAdapters, readSettings, startLedgerNode } = require('tollgate/node');

/**
 * Tollgate as it is, on its real stores, with one difference: at a named point, passed for the nth time, it kills itself with
 * SIGKILL. Arguments: data folder, brokers or "-", topic prefix, point, n. The ports are wrapped; no product code knows.
 */
const [data = '', brokers = '-', prefix = '', point = '', nth = '1'] = process.argv.slice(2);
let left = Number(nth);

/** @param {string} name */
const pass = (name) => {
  if (name !== point) return;
  left -= 1;
  if (left > 0) return;
  writeSync(process.stdout.fd, 'reached\n');
  process.kill(process.pid, 'SIGKILL');
};

/** @param {import('tollgate/node').Adapters} adapters @returns {import('tollgate/node').Adapters} */
const withPoints = ({ openLog, openStore, clock }) => ({
  clock,
  openLog: async () => {
    const log = await openLog();
    return {
      ...log,
      append: async (appends) => {
        pass('append before');
        const results = await log.append(appends);
        // The log has it, and nobody knows yet: not the client, not the index, not the relay.
        pass(appends.some(({ stream }) => stream.startsWith('cutoff-')) ? 'decision' : 'append');
        return results;
      },
    };
  },
  openStore: async (name) => {
    const store = await openStore(name);
    return {
      ...store,
      commit: async (changes) => {
        pass(`${name} before`);
        await store.commit(changes);
        pass(`${name} after`);
      },
    };
  },
});

const main = async () => {
  const settings = readSettings(
    { port: '0', data, logLevel: 'error', ...(brokers !== '-' && { kafkaBrokers: brokers, kafkaTopicPrefix: prefix }) },
    {},
  );
  const logger = createLog('error');
  const node = await startLedgerNode(settings, logger, withPoints(folderAdapters(data, logger)));
  process.stdout.write(`listening ${node.url}\n`);
  process.once('SIGTERM', () => void node.stop().then(() => process.exit(0)));
};

void main();
