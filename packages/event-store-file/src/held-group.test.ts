import { noStream } from '@tollgate/event-store';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import { openLog, payment, readAll } from './log-folder.fixture';

/** More than are open at once. */
const segments = 70;

test('a group that is held is read on also after its segment was closed for others: that used to end the ledger', async () => {
  const log = await openLog(createSimulatedDisk().folder('log'), { segmentBytes: 1_000 });
  const long = '1'.repeat(20_000);
  // Lines are read in blocks of sixteen.
  const names = Array.from({ length: 20 }, (_, index) => String(index));
  for (let turn = 0; turn < segments; turn += 1)
    await log.append([
      {
        stream: `account-${String(turn)}`,
        expectedRevision: noStream,
        events: names.map((name) => payment(`${String(turn)}.${name}`, long)),
      },
    ]);
  expect((await log.read(1n))?.eventId).toBe('0.0');
  const all = await readAll(log);
  expect(all).toHaveLength(names.length * segments);
  await new Promise(setImmediate);
  // Another event of the group, whose line is not in memory.
  expect(await log.read(20n)).toEqual(all[19]);
  expect(await log.readStream('account-0', { limit: 20 })).toEqual(all.slice(0, 20));
  await log.close();
});
