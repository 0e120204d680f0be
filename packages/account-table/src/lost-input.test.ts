import { lostStream } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import { mergeInline } from './ids';
import { lossKey, openAccountTable } from './index';
import { createTestLog, log } from './log.fixture';
import { rejected } from './story.fixture';

const noticedAt = '2026-01-31T12:00:00.000Z';
const gap = { topic: 'usage', partition: 3, from: '5', to: '8', why: 'deleted', logPosition: '17', noticedAt } as const;
const lost = (data: typeof gap | (Omit<typeof gap, 'partition'> & { partition: number })) => ({
  stream: lostStream(data.topic, data.partition),
  event: { type: 'InputLost', data, metadata: {} } satisfies LogEvent,
});

test('messages that were lost stand in streams of their own, found again by their gap, also from a snapshot', async () => {
  const options = {
    folder: createSimulatedDisk().folder('table'),
    snapshotEvents: 1,
    ids: { merge: mergeInline, tableIds: 1 },
  };
  const table = openAccountTable(options);
  await table.start({ ...log, last: 0 });
  const history = createTestLog(table);
  expect(table.placesOf(lossKey(gap))).toEqual([]);
  history.record(rejected(3, '4'), lost(gap), lost({ ...gap, partition: 4 }), lost(gap));
  const streams = [
    { stream: 'lost-usage-3', revision: 1 },
    { stream: 'lost-usage-4', revision: 0 },
  ];
  expect(table.otherStreams('lost-')).toEqual(streams);
  expect(table.placesOf(lossKey({ ...gap, from: '6' }))).toEqual([2, 4]);
  expect(table.placesOf(lossKey({ ...gap, logPosition: '18' }))).toEqual([]);
  await table.close();
  const again = openAccountTable(options);
  history.feed(again);
  history.replay(again, await again.start({ ...log, last: history.last() }), () => 2);
  expect(again.otherStreams('lost-')).toEqual(streams);
  expect(again.placesOf(lossKey(gap))).toEqual([2, 4]);
  await again.close();
});
