import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openAccountTable } from '@tollgate/account-table';
import type { RecordCommand } from '@tollgate/balance';
import { storedEvents, streamPrefixes, unreadUsage } from '@tollgate/contracts';
import { openFileEventLog } from '@tollgate/event-store-file';
import { openFolder } from '@tollgate/folder';
import { openLedger } from '@tollgate/intake';

const metadata = { source: { receivedAt: '2026-01-31T12:00:00.000Z', channel: { http: 'request-1' } } };
const text =
  '{"usageId":"u-1","accountId":"acme","direction":"inbound","amount":"3","currency":"EUR","attributes":{"b":"1","a":"2"}}';

const unreadable = (): never => {
  throw new Error('the usage was read');
};

/** A usage whose data cannot be read. */
const sealed = (): RecordCommand => {
  const command = unreadUsage(text);
  if (command?.type !== 'ChargeUsage') throw new Error('the usage is not taken unread');
  Object.defineProperty(command.unread, 'data', { get: unreadable });
  return command;
};

test('usage that stands as it will be recorded is decided, recorded and folded without being read, and is there when it comes again', async () => {
  const path_ = mkdtempSync(path.join(tmpdir(), 'tollgate-unread-'));
  const folder = await openFolder(path_);
  const table = openAccountTable({});
  const log = await openFileEventLog({
    folder,
    index: table,
    codec: storedEvents,
    streamClasses: Object.values(streamPrefixes),
  });
  const ledger = openLedger({ log, table, ready: Promise.resolve() });
  try {
    await ledger.submit([{ intent: { type: 'OpenAccount', data: { accountId: 'acme', currency: 'EUR' } }, metadata }]);
    expect(await ledger.submit([{ intent: sealed(), metadata }])).toMatchObject([{ isDuplicate: false, revision: 1 }]);
    expect(table.partner('acme')).toMatchObject({ account: { totals: { inbound: { usage: 30_000_000_000n } } } });
    const [, event] = await log.readStream('account-acme', { limit: 2 });
    expect(JSON.stringify(event?.data)).toBe(text);
    const again = unreadUsage(text);
    if (again === undefined) throw new Error('the usage is not taken unread');
    expect(await ledger.submit([{ intent: again, metadata }])).toMatchObject([{ isDuplicate: true, revision: 1 }]);
    await expect(ledger.submit([{ intent: sealed(), metadata }])).rejects.toThrow('the usage was read');
  } finally {
    await ledger.close();
    await table.close();
    await log.close();
    rmSync(path_, { recursive: true });
  }
});
