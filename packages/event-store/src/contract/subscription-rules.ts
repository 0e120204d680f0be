import { noStream } from '../event-log';
import type { EventBatch, EventBody, EventLog } from '../event-log';
import { catchUp, eventsOf, follow, idsOf, inLogOrder, isRising, onLog, payments, record, to } from './log-under-test';
import type { CreateLog } from './log-under-test';

const accounts = { prefixes: ['account-'] };

export const subscriptionRules = (createLog: CreateLog): void => {
  describe('subscribing', () => {
    catchUpRules(createLog);
    positionRules(createLog);
    liveRules(createLog);
    endingRules(createLog);
  });
};

const catchUpRules = (createLog: CreateLog): void => {
  test(
    'tells at once that an empty log is caught up, with a position to go on from',
    onLog(createLog, async (log) => {
      const [batch, ...more] = await catchUp(log, accounts);
      expect(batch).toMatchObject({ events: [], isCaughtUp: true });
      expect(more).toEqual([]);
      const recorded = await record(log, to('account-a', noStream, payments('a', 1)));
      expect(eventsOf(await catchUp(log, { ...accounts, after: batch?.position }))).toEqual(recorded);
    }),
  );

  test(
    'gives every event from the start, as recorded, before it tells that it has caught up',
    onLog(createLog, async (log) => {
      const recorded = await record(
        log,
        ...['a', 'b', 'c'].map((label) => to(`account-${label}`, noStream, payments(label, 3))),
      );
      expect(eventsOf(await catchUp(log, accounts))).toEqual(inLogOrder(recorded));
    }),
  );

  test(
    'gives only streams that begin with one of the prefixes',
    onLog(createLog, async (log) => {
      await record(
        log,
        ...['account-a', 'cutoff-a', 'acc', 'other-account-a', 'rejected-a'].map((stream) =>
          to(stream, noStream, payments(stream, 1)),
        ),
      );
      const given = async (prefixes: string[]) =>
        eventsOf(await catchUp(log, { prefixes })).map(({ stream }) => stream);
      expect(await given(['account-'])).toEqual(['account-a']);
      expect((await given(['account-', 'cutoff-'])).sort()).toEqual(['account-a', 'cutoff-a']);
      expect(await given(['nobody-'])).toEqual([]);
    }),
  );

  test(
    'never gives more events in one batch than asked for',
    onLog(createLog, async (log) => {
      const recorded = await record(log, to('account-a', noStream, payments('a', 25)));
      const batches = await catchUp(log, { ...accounts, maxEvents: 4 });
      expect(batches.every(({ events }) => events.length <= 4)).toBe(true);
      expect(eventsOf(batches)).toEqual(recorded);
    }),
  );
};

const positionRules = (createLog: CreateLog): void => {
  test(
    'goes on after the position of any event, and after the position of any batch',
    onLog(createLog, async (log) => {
      await record(log, to('account-a', noStream, payments('a', 6)));
      await record(log, to('cutoff-a', noStream, payments('cutoff', 3)));
      await record(log, to('account-a', 5, payments('aa', 3)));
      const batches = await catchUp(log, { ...accounts, maxEvents: 2 });
      const all = eventsOf(batches);
      for (const { position } of [...all, ...batches]) {
        const rest = eventsOf(await catchUp(log, { ...accounts, after: position }));
        expect(idsOf(rest)).toEqual(idsOf(all.filter((event) => event.position > position)));
      }
    }),
  );

  test(
    'gives batches whose position covers their events, never falls, and rises when there are events',
    onLog(createLog, async (log) => {
      await record(log, to('account-a', noStream, payments('a', 10)));
      const batches = await catchUp(log, { ...accounts, maxEvents: 3 });
      expect(batches.every(({ events, position }) => events.every((event) => event.position <= position))).toBe(true);
      expect(isRising(batches.filter(({ events }) => events.length > 0).map(({ position }) => position))).toBe(true);
      expect(batches.every(({ position }, index) => position >= (batches[index - 1]?.position ?? position))).toBe(true);
    }),
  );

  test(
    'moves its position over events of other prefixes, so that they are not read again',
    onLog(createLog, async (log) => {
      await record(log, to('account-a', noStream, payments('a', 1)));
      const others = await record(log, to('cutoff-a', noStream, payments('cutoff', 30)));
      const position = (await catchUp(log, accounts)).at(-1)?.position;
      expect(others.every((event) => position !== undefined && event.position <= position)).toBe(true);
    }),
  );
};

const liveRules = (createLog: CreateLog): void => {
  test(
    'goes over from catching up to live without a gap or a repeat while appends go on',
    onLog(createLog, async (log) => {
      await appendOneByOne(log, 'early', 40);
      const both = Promise.all([followUntil(log, 80), followUntil(log, 80, 3), appendOneByOne(log, 'meanwhile', 40)]);
      const [wide, narrow] = await both;
      const expected = idsOf(eventsOf(await catchUp(log, accounts)));
      expect(expected).toHaveLength(80);
      expect(idsOf(eventsOf(wide))).toEqual(expected);
      expect(idsOf(eventsOf(narrow))).toEqual(expected);
    }),
  );

  test(
    'gives a waiting subscriber what is appended, and tells again that it has caught up',
    onLog(createLog, async (log) => {
      let appended: Promise<unknown> | undefined;
      const batches = await follow(log, accounts, (given) => {
        if (given.at(-1)?.isCaughtUp === true) appended ??= record(log, to('account-a', noStream, payments('a', 2)));
        return eventsOf(given).length === 2 && given.at(-1)?.isCaughtUp === true;
      });
      await appended;
      expect(idsOf(eventsOf(batches))).toEqual(['a-0', 'a-1']);
    }),
  );

  test(
    'lets a slow subscriber take its time: the next ones are not held up and it misses nothing',
    onLog(createLog, async (log) => {
      const batches = log.subscribe({ ...accounts, maxEvents: 1, signal: new AbortController().signal });
      const slow = batches[Symbol.asyncIterator]();
      await slow.next();
      await appendOneByOne(log, 'a', 10);
      expect(await followUntil(log, 10)).not.toEqual([]);
      const given: unknown[] = [];
      while (given.length < 10) {
        const next = await slow.next();
        if (next.done === true) break;
        given.push(...idsOf(next.value.events));
      }
      expect(given).toEqual(idsOf(eventsOf(await catchUp(log, accounts))));
      await slow.return?.();
    }),
  );
};

const endingRules = (createLog: CreateLog): void => {
  test(
    'ends without an error when it is aborted while it waits, and leaves other subscriptions alone',
    onLog(createLog, async (log) => {
      const stop = new AbortController();
      const aborted = (async () => {
        for await (const { isCaughtUp } of log.subscribe({ ...accounts, signal: stop.signal }))
          if (isCaughtUp)
            setImmediate(() => {
              stop.abort();
            });
      })();
      const other = followUntil(log, 2);
      await aborted;
      await record(log, to('account-a', noStream, payments('a', 2)));
      expect(idsOf(eventsOf(await other))).toEqual(['a-0', 'a-1']);
    }),
  );

  test(
    'gives nothing when it is aborted before it starts',
    onLog(createLog, async (log) => {
      await record(log, to('account-a', noStream, payments('a', 2)));
      const batches: EventBatch<EventBody>[] = [];
      for await (const batch of log.subscribe({ ...accounts, signal: AbortSignal.abort() })) batches.push(batch);
      expect(batches).toEqual([]);
    }),
  );
};

const followUntil = (log: EventLog<EventBody>, count: number, maxEvents = 1_000) =>
  follow(log, { ...accounts, maxEvents }, (batches) => eventsOf(batches).length >= count);

const appendOneByOne = async (log: EventLog<EventBody>, label: string, count: number): Promise<void> => {
  for (let index = 0; index < count; index += 1)
    await record(log, to(`account-${label}`, index - 1, payments(`${label}.${String(index)}`, 1)));
};
