import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { copyEvents } from './copy-events';
import { LogsDiffer } from './copied-log';
import type { CopySource, CopyTarget } from './copied-log';

type Event = RecordedEvent<LogEvent>;

const recordedAt = '2026-01-31T12:00:00.000Z';

const charged = (revision: number, amount = '1'): Event => ({
  ...{ eventId: `e${String(revision)}`, stream: 'account-acme', revision, position: BigInt(revision), recordedAt },
  type: 'UsageCharged',
  data: { usageId: String(revision), accountId: 'acme', direction: 'inbound', amount, currency: 'EUR' },
  metadata: { source: { receivedAt: recordedAt } },
});

// Beyond the size of the groups that are appended.
const history = Array.from({ length: 1_200 }, (_, revision) => charged(revision));

const sourceOf = (events: readonly Event[]): CopySource => ({
  ...{ name: 'the source', ledger: 'a ledger', total: undefined },
  recorded: async function* () {
    for (let from = 0; from < events.length; from += 7) yield await Promise.resolve(events.slice(from, from + 7));
  },
  leftOut: () => [],
  requireEnd: () => Promise.resolve(),
  close: () => Promise.resolve(),
});

/** In memory, at positions of its own; `keep` says what becomes of an event that is appended. */
const targetOf = (held: Event[], keep: (event: Event) => readonly Event[] = (event) => [event]): CopyTarget => ({
  name: 'the target',
  recorded: async function* (after = 0n) {
    yield await Promise.resolve(held.filter(({ position }) => position > after));
  },
  append: (events) => {
    for (const event of events.flatMap(keep)) held.push({ ...event, position: 100n * BigInt(held.length + 1) });
    return Promise.resolve();
  },
  end: () => Promise.resolve(),
  close: () => Promise.resolve(),
});

const progress = { copied: () => undefined, readBack: () => undefined };

const copyTo = async (held: Event[], keep?: (event: Event) => readonly Event[]) =>
  copyEvents(sourceOf(history), targetOf(held, keep), progress);

const positioned = (events: readonly Event[]): Event[] =>
  events.map((event, index) => ({ ...event, position: 100n * BigInt(index + 1) }));

test('all events are copied in their order, and the digest is of what they say, not of where they are', async () => {
  const held: Event[] = [];
  const first = await copyTo(held);
  expect(first).toEqual({ events: 1_200, copied: 1_200, digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
  expect(held).toEqual(positioned(history));
  expect(await copyTo(held)).toEqual({ ...first, copied: 0 });
});

test('what is there is not copied again', async () => {
  const whole = await copyTo([]);
  const held = positioned(history.slice(0, 700));
  expect(await copyTo(held)).toEqual({ ...whole, copied: 500 });
  expect(held).toEqual(positioned(history));
});

test('the order of fields makes no difference', async () => {
  const whole = await copyTo([]);
  const reversed = (event: Event): Event[] => [
    { ...event, data: Object.fromEntries(Object.entries(event.data).reverse()) } as Event,
  ];
  expect(await copyTo([], reversed)).toEqual(whole);
});

test.each<[string, Partial<Event>]>([
  ['amount', charged(600, '1.1')],
  ['event id', { eventId: 'e9' }],
  ['time of recording', { recordedAt: '2026-01-31T12:00:00.001Z' }],
  ['source', { metadata: { source: { receivedAt: '2026-01-31T11:59:59.999Z' } } }],
])('another %s is found by the digest, and where it was there before by its place', async (_what, other) => {
  const changed = (event: Event): Event[] => [event.revision === 600 ? ({ ...event, ...other } as Event) : event];
  const copying = copyTo([], changed);
  await expect(copying).rejects.toThrow(LogsDiffer);
  await expect(copying).rejects.toThrow(/the digest of its 1200 events is [0-9a-f]{64}, and should be [0-9a-f]{64}/);
  const held = positioned(history.flatMap(changed).slice(0, 700));
  await expect(copyTo(held)).rejects.toThrow(
    /^the target differs: revision 600 of account-acme \(position 60100\) is \[/,
  );
  expect(held).toHaveLength(700);
});

test('an event that is lost, one that is there twice and two in another order are found', async () => {
  for (const keep of [
    (event: Event) => (event.revision === 600 ? [] : [event]),
    (event: Event) => (event.revision === 600 ? [event, event] : [event]),
    (event: Event) => (event.revision === 600 ? [charged(601)] : event.revision === 601 ? [charged(600)] : [event]),
  ])
    await expect(copyTo([], keep)).rejects.toThrow(LogsDiffer);
});

test('a target that goes on where the source ends is a copy no more', async () => {
  const held = positioned([...history, charged(1_200)]);
  await expect(copyTo(held)).rejects.toThrow(
    'the target goes on where the other log ends, with revision 1200 of account-acme (position 120100): it is no copy any more',
  );
});

test('what another copy-log had added meanwhile was told of as a copy that differs; now it is named, and what to do', async () => {
  const twice = (event: Event): Event[] => (event.revision === 1_199 ? [event, charged(1_200)] : [event]);
  const copying = copyTo([], twice);
  await expect(copying).rejects.toThrow(LogsDiffer);
  await expect(copying).rejects.toThrow(
    'the target has 1201 events, and 1200 were to be copied: somebody else appends to it, as another copy-log does; run this again once that has ended',
  );
});
