import * as fc from 'fast-check';
import { noStream } from '../event-log';
import type { AppendResult, EventBody, EventLog, NewEvent, Position, RecordedEvent } from '../event-log';
import { catchUp, eventsOf, isRising, onLog, payment } from './log-under-test';
import type { CreateLog } from './log-under-test';

const streams = ['account-a', 'account-b', 'cutoff-a', 'account-ab'];

/** One call: for some streams, events of this content, expecting the true head moved by `offset` (0: rightly). */
type Step = { isReopened: boolean; appends: { stream: string; offset: number; contents: unknown[] }[] };

const step: fc.Arbitrary<Step> = fc.record({
  isReopened: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
  appends: fc.uniqueArray(
    fc.record({
      stream: fc.constantFrom(...streams),
      offset: fc.constantFrom(0, 0, 0, 0, -1, 1),
      contents: fc.array(fc.jsonValue(), { minLength: 1, maxLength: 4 }),
    }),
    { selector: ({ stream }) => stream, minLength: 1 },
  ),
});

export const historyRules = (createLog: CreateLog): void => {
  describe('any history', () => {
    test('is what a simple model of the log says, in every way it can be read', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.nat(), (steps, seed) => replay(createLog, steps, seed)),
        { numRuns: 30 },
      );
    });
  });
};

const replay = (createLog: CreateLog, steps: Step[], seed: number): Promise<void> =>
  onLog(createLog, async (opened, { reopen }) => {
    let log = opened;
    const model = createModel();
    for (const [number, { isReopened, appends }] of steps.entries()) {
      if (isReopened) log = await reopen();
      const call = appends.map(({ stream, offset, contents }, place) => ({
        stream,
        expectedRevision: Math.max(noStream, model.head(stream) + offset),
        events: contents.map((content, index) => newEvent([number, place, index].join('.'), content)),
      }));
      const results = await log.append(call);
      expect(results).toHaveLength(call.length);
      call.forEach(({ stream, expectedRevision, events }, place) => {
        model.check({ stream, expectedRevision, events }, results[place]);
      });
      await model.readBack(log);
    }
    for (const stream of streams)
      expect(await log.readStream(stream, { limit: 1_000 })).toEqual(model.events((event) => event.stream === stream));
    const all = model.events(() => true);
    expect(isRising(all.map(({ position }) => position))).toBe(true);
    expect(eventsOf(await catchUp(log, { prefixes: ['account-', 'cutoff-'], maxEvents: 1 + (seed % 7) }))).toEqual(all);
    const after = all[seed % Math.max(1, all.length)]?.position;
    expect(eventsOf(await catchUp(log, { prefixes: ['account-a'], after }))).toEqual(
      model.events(({ stream, position }) => stream.startsWith('account-a') && after !== undefined && position > after),
    );
  })();

/** JSON has no -0: content is what JSON makes of it. */
const newEvent = (eventId: string, content: unknown): NewEvent<EventBody> =>
  payment(eventId, { content: JSON.parse(JSON.stringify(content)) as unknown });

/** The log as one array. Positions and times are the log's own; everything else is foretold. */
const createModel = () => {
  const log: (Omit<RecordedEvent<EventBody>, 'recordedAt'> & { recordedAt?: string })[] = [];
  const head = (stream: string): number => log.filter((event) => event.stream === stream).length + noStream;
  return {
    head,
    events: (isWanted: (event: { stream: string; position: Position }) => boolean) =>
      log.filter(isWanted).sort((one, other) => (one.position < other.position ? -1 : 1)),
    check: (
      { stream, expectedRevision, events }: { stream: string; expectedRevision: number; events: NewEvent<EventBody>[] },
      result: AppendResult | undefined,
    ) => {
      const current = head(stream);
      if (expectedRevision !== current) {
        expect(result).toEqual({ status: 'conflict', currentRevision: current });
        return;
      }
      const positions = result?.status === 'recorded' ? result.positions : [];
      expect(positions).toHaveLength(events.length);
      events.forEach((event, index) => {
        log.push({ ...event, stream, revision: current + 1 + index, position: positions[index] ?? -1n });
      });
    },
    /** The events recorded since the last time, each at its position; from then on they have their time. */
    readBack: async (from: EventLog<EventBody>) => {
      for (const event of log.filter(({ recordedAt }) => recordedAt === undefined)) {
        const read = await from.read(event.position);
        expect(read).toEqual({ ...event, recordedAt: expect.any(String) as string });
        event.recordedAt = read?.recordedAt ?? '';
      }
    },
  };
};
