import { noStream } from '@tollgate/event-store';
import { createFolder, payment, removeFolders, withLog } from './log-folder.fixture';

afterEach(removeFolders);

const count = 250;
const large = 'x'.repeat(100_000);
const tenMegabytes = 10e6;

test('large events are read in batches of bounded size, none left out, also by an index that is built anew', async () => {
  const folder = await createFolder();
  const events = Array.from({ length: count }, (_, index) => payment(String(index), large));
  await withLog(folder, (log) => log.append([{ stream: 'account-a', expectedRevision: noStream, events }]));
  await withLog(folder, async (log) => {
    const ids: string[] = [];
    const sizes: number[] = [];
    const signal = AbortSignal.timeout(20_000);
    for await (const batch of log.subscribe({ prefixes: [''], maxEvents: count, signal })) {
      ids.push(...batch.events.map(({ eventId }) => eventId));
      sizes.push(JSON.stringify(batch.events, (_, value: unknown) => (typeof value === 'bigint' ? 0 : value)).length);
      if (batch.isCaughtUp) break;
    }
    expect(ids).toEqual(events.map(({ eventId }) => eventId));
    expect(Math.max(...sizes)).toBeLessThan(tenMegabytes);
    expect(await log.readStream('account-a', { from: count - 1, limit: 5 })).toHaveLength(1);
  });
});
