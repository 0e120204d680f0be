import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { logGroupsOf } from './log-groups';

const early = '2026-01-31T12:00:00.000Z';
const late = '2026-01-31T12:00:00.001Z';
const receivedAt = '2026-01-31T11:59:59.000Z';

type Short = readonly [stream: string, revision: number, recordedAt?: string];

const usage = { usageId: 'u', accountId: 'a', direction: 'inbound', amount: '1', currency: 'EUR' } as const;

const eventsOf = (list: readonly Short[]): RecordedEvent<LogEvent>[] =>
  list.map(([stream, revision, recordedAt = early], index) => ({
    ...{ eventId: `event-${String(index)}`, stream, revision, position: BigInt(index + 1), recordedAt },
    ...{ type: 'UsageCharged', data: usage, metadata: { source: { receivedAt } } },
  }));

const shapeOf = async (list: readonly Short[]): Promise<string[]> => {
  const shapes: string[] = [];
  for await (const { first, count, recordedAt, appends } of logGroupsOf(eventsOf(list)))
    shapes.push(
      [
        `${String(first)}+${String(count)} ${recordedAt === early ? 'early' : 'late'}:`,
        ...appends.map(
          ({ stream, expectedRevision, events }) => `${stream}@${String(expectedRevision)}x${String(events.length)}`,
        ),
      ].join(' '),
    );
  return shapes;
};

test('what was recorded at one time is one group, a stream after the other', async () => {
  const groups = await shapeOf([
    ['account-a', 0],
    ['account-a', 1],
    ['account-b', 7],
    ['cutoff-a', 0],
    ['account-a', 2, late],
  ]);
  expect(groups).toEqual(['1+4 early: account-a@-1x2 account-b@6x1 cutoff-a@-1x1', '5+1 late: account-a@1x1']);
});

test('a stream that comes again after another begins a group, so that the order stays', async () => {
  const groups = await shapeOf([
    ['account-a', 0],
    ['account-b', 0],
    ['account-a', 1],
    ['account-b', 1],
  ]);
  expect(groups).toEqual(['1+2 early: account-a@-1x1 account-b@-1x1', '3+2 early: account-a@0x1 account-b@0x1']);
});

test('no group is larger than a thousand events', async () => {
  const list = Array.from({ length: 2_001 }, (_, revision): Short => ['account-a', revision]);
  expect(await shapeOf(list)).toEqual([
    '1+1000 early: account-a@-1x1000',
    '1001+1000 early: account-a@999x1000',
    '2001+1 early: account-a@1999x1',
  ]);
});

test('an empty log has no group', async () => {
  expect(await shapeOf([])).toEqual([]);
});

test('what came from the same source shares it, and keeps what is its own', async () => {
  const kafka = { topic: 'usage', partition: 1 };
  const over = (offset: string) => ({ source: { receivedAt, channel: { kafka: { ...kafka } } }, offset });
  const metadata = [over('7'), over('8'), { source: { receivedAt } }];
  const events = metadata.map((one, revision): RecordedEvent<LogEvent> => {
    const place = { stream: 'account-a', revision, position: BigInt(revision + 1), recordedAt: early };
    return { ...place, eventId: `event-${String(revision)}`, type: 'UsageCharged', data: usage, metadata: one };
  });
  for await (const { appends } of logGroupsOf(events)) {
    const found = appends.flatMap((append) => append.events.map((event) => event.metadata as (typeof metadata)[0]));
    expect(found).toEqual(metadata);
    expect(found[1]?.source).toBe(found[0]?.source);
  }
});
