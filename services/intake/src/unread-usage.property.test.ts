import fc from 'fast-check';
import type { LogEvent } from '@tollgate/contracts';
import { unreadUsage } from '@tollgate/contracts';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { asked, opened, paid, released, takenBack, used } from './calls.fixture';
import type { Intent } from './intent';
import { itemsOf, ledgerOn } from './ledger.fixture';

/** The same usage, as it comes in where nobody has read it. */
const unread = (intent: Intent): Intent => {
  if (intent.type !== 'ChargeUsage') return intent;
  const command = unreadUsage(JSON.stringify(intent.data));
  if (command === undefined) throw new Error('the usage is not taken unread');
  return command;
};

const calls = fc.constantFrom('a', 'b', 'unknown');
const usageIds = fc.constantFrom('u1', 'u2', 'u3', 'u4');
const usage = fc
  .record({
    id: usageIds,
    amount: fc.constantFrom('0', '0.01', '0.010', '0.5'),
    authorizationId: fc.option(calls, { nil: undefined }),
    final: fc.constantFrom(undefined, true, false),
    currency: fc.constantFrom('EUR', 'EUR', 'EUR', 'USD'),
    accountId: fc.constantFrom('acme', 'acme', 'acme', 'nobody'),
    attributes: fc.constantFrom(undefined, { b: '1', a: '"\ud800' }),
  })
  .map(({ id, amount, currency, accountId, attributes, authorizationId, final }) => {
    const { data } = used(id, amount, {}) as Extract<Intent, { type: 'ChargeUsage' }>;
    return { type: 'ChargeUsage', data: { ...data, currency, accountId, attributes, authorizationId, final } } as const;
  });

/** Groups of what is asked, one after the other. */
const stories: fc.Arbitrary<Intent[][]> = fc.array(
  fc.array(
    fc.oneof(
      { weight: 4, arbitrary: usage },
      { weight: 2, arbitrary: calls.map((id) => asked(id, { requestedSeconds: 5 })) },
      { weight: 1, arbitrary: calls.map((id) => released(id, 3)) },
      { weight: 2, arbitrary: usageIds.map((id) => takenBack(`r-${id}`, id)) },
      { weight: 1, arbitrary: fc.constantFrom('p1', 'p2').map((id) => paid(id, '1')) },
    ),
    { maxLength: 8 },
  ),
  { maxLength: 8 },
);

/** What becomes of a story, and of all of it told again with its usage the other way. */
const told = async (story: readonly Intent[][], first: (intent: Intent) => Intent, then: typeof first) => {
  const log = createMemoryEventLog<LogEvent>();
  const ledger = ledgerOn(log);
  const outcomes = [];
  for (const intents of [
    [opened()],
    ...story.map((group) => group.map(first)),
    ...story.map((group) => group.map(then)),
  ])
    outcomes.push(await ledger.submit(itemsOf(intents)));
  const reservations = ledger.table.reservations('acme', { limit: 9 });
  await ledger.close();
  const events = log.events().map(({ eventId: _eventId, ...event }) => event);
  return { outcomes, events, texts: events.map(({ data }) => JSON.stringify(data)), reservations };
};

/** Of outcomes, those that a duplicate repeats name events, whose ids are random. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (name, one: unknown) =>
      name === 'eventId' ? undefined : typeof one === 'bigint' ? String(one) : one,
    ),
  );

const asItIs = (intent: Intent): Intent => intent;

test('usage that comes unread is decided, settled, repeated, refused and taken back as if it had been read, and the other way round', async () => {
  const states = new Set<string>();
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      const read = await told(story, asItIs, unread);
      const taken = await told(story, unread, asItIs);
      expect(plain(taken)).toEqual(plain(read));
      for (const { type, metadata } of taken.events)
        states.add(type === 'UsageCharged' ? (metadata.authorization?.state ?? 'free') : type);
    }),
    { numRuns: 500 },
  );
  expect([...states]).toEqual(
    expect.arrayContaining(['free', 'unknown', 'ended', 'reduced', 'settled', 'EntryReversed']),
  );
});
