// @ts-check
'use strict';

const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { getHeapSpaceStatistics, setFlagsFromString } = require('node:v8');
const { openAccountTable } = require('@tollgate/account-table');
const { storedEvents, streamPrefixes, unreadUsage } = require('@tollgate/contracts');
const { openFileEventLog } = require('@tollgate/event-store-file');
const { openFolder } = require('@tollgate/folder');
const { openLedger } = require('@tollgate/intake');
// Of the build, which is not there while this is type-checked.
const { tuneHeap } = require(join(__dirname, '../dist/heap-tuning'));

tuneHeap();
// Only what is new is collected while this runs: what grows among what is old is what that leaves behind.
setFlagsFromString('--heap-growing-percent=4000');

const accounts = 1_000;
const groupItems = 500;
const warmGroups = 60;
const groups = 180;

const metadata = {
  source: { receivedAt: '2026-11-28T00:00:00.000Z', channel: { kafka: { topic: 't', partition: 0 } } },
};
const accountId = (/** @type {number} */ number) => `account-${number % accounts}`;
/** @param {number} number @returns {Parameters<import('@tollgate/intake').Ledger['submit']>[0][number]} */
const openingOf = (number) => ({
  intent: { type: 'OpenAccount', data: { accountId: accountId(number), currency: 'EUR', cutoff: { balances: [] } } },
  metadata,
});
const usageOf = (/** @type {number} */ number) => {
  const text = `{"usageId":"usage-${number}","accountId":"${accountId(number)}","direction":"outbound","amount":"0.0${1 + (number % 9)}","currency":"EUR","attributes":{"trunk":"${'t'.repeat(200)}"}}`;
  const intent = unreadUsage(text);
  if (intent === undefined) throw new Error(`it would be read: ${text}`);
  return { intent, metadata };
};

const oldBytes = () =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? NaN;

const main = async (/** @type {string} */ path) => {
  const table = openAccountTable({ folder: await openFolder(join(path, 'table')) });
  const log = await openFileEventLog({
    folder: await openFolder(join(path, 'log')),
    index: table,
    codec: storedEvents,
    streamClasses: Object.values(streamPrefixes),
  });
  const ledger = openLedger({ log, table, ready: Promise.resolve() });
  await ledger.submit(Array.from({ length: accounts }, (_, number) => openingOf(number)));
  let before = 0;
  /** @type {Promise<unknown>[]} */
  const underWay = [];
  for (let group = 0; group < groups; group += 1) {
    if (group === warmGroups) before = oldBytes();
    underWay.push(ledger.submit(Array.from({ length: groupItems }, (_, item) => usageOf(group * groupItems + item))));
    if (underWay.length === 4) await underWay.shift();
  }
  await Promise.all(underWay);
  process.stdout.write(String(Math.round((oldBytes() - before) / (groupItems * (groups - warmGroups)))));
  await ledger.close();
  await table.close();
  await log.close();
};

const path = mkdtempSync(join(tmpdir(), 'tollgate-tenured-'));
void main(path).finally(() => {
  rmSync(path, { recursive: true });
});
