import type { EventBody, RecordedEvent } from '@tollgate/event-store';
import { groupsOf } from './upgrade-groups';

const early = '2026-01-31T12:00:00.000Z';
const late = '2026-01-31T12:00:00.001Z';
const receivedAt = '2026-01-31T11:59:59.000Z';

type Short = readonly [stream: string, revision: number, recordedAt?: string];

const eventsOf = (list: readonly Short[]): RecordedEvent<EventBody>[] =>
  list.map(([stream, revision, recordedAt = early], index) => ({
    ...{ eventId: `event-${String(index)}`, stream, revision, position: BigInt(index + 1), recordedAt },
    ...{ type: 'UsageCharged', data: { usageId: String(index) }, metadata: { receivedAt } },
  }));

const shapeOf = (list: readonly Short[]): string[] =>
  Array.from(groupsOf(eventsOf(list)), ({ first, count, recordedAt, appends }) =>
    [
      `${String(first)}+${String(count)} ${recordedAt === early ? 'early' : 'late'}:`,
      ...appends.map(
        ({ stream, expectedRevision, events }) => `${stream}@${String(expectedRevision)}x${String(events.length)}`,
      ),
    ].join(' '),
  );

test('what was recorded at one time is one group, a stream after the other', () => {
  expect(
    shapeOf([
      ['account-a', 0],
      ['account-a', 1],
      ['account-b', 7],
      ['cutoff-a', 0],
      ['account-a', 2, late],
    ]),
  ).toEqual(['1+4 early: account-a@-1x2 account-b@6x1 cutoff-a@-1x1', '5+1 late: account-a@1x1']);
});

test('a stream that comes again after another begins a group, so that the order stays', () => {
  expect(
    shapeOf([
      ['account-a', 0],
      ['account-b', 0],
      ['account-a', 1],
      ['account-b', 1],
    ]),
  ).toEqual(['1+2 early: account-a@-1x1 account-b@-1x1', '3+2 early: account-a@0x1 account-b@0x1']);
});

test('no group is larger than a thousand events', () => {
  const list = Array.from({ length: 2_001 }, (_, revision): Short => ['account-a', revision]);
  expect(shapeOf(list)).toEqual([
    '1+1000 early: account-a@-1x1000',
    '1001+1000 early: account-a@999x1000',
    '2001+1 early: account-a@1999x1',
  ]);
});

test('an empty log has no group', () => {
  expect(shapeOf([])).toEqual([]);
});

test('what was received at the same time shares one source, and keeps what a reversal took back', () => {
  const [first, second] = eventsOf([
    ['account-a', 0],
    ['account-a', 1],
  ]);
  if (first === undefined || second === undefined) throw new Error('two events were made');
  const reversed = { direction: 'inbound', amount: '1' };
  const reversal = { ...second, type: 'EntryReversed', metadata: { receivedAt, reversed } };
  const [group] = groupsOf([first, reversal]);
  const [one, other] = group?.appends[0]?.events ?? [];
  expect(one?.metadata).toEqual({ source: { receivedAt } });
  expect(other?.metadata).toEqual({ source: { receivedAt }, reversed });
  expect((one?.metadata as { source: object }).source).toBe((other?.metadata as { source: object }).source);
});
