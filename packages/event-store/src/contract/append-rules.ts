import { LogUnavailable, mostEventBytes, noStream } from '../event-log';
import { newEvent } from '../new-event';
import {
  catchUp,
  eventsAt,
  eventsOf,
  idsOf,
  inLogOrder,
  isRising,
  onLog,
  payment,
  payments,
  positionsOf,
  record,
  to,
} from './log-under-test';
import type { CreateLog } from './log-under-test';

export const appendRules = (createLog: CreateLog): void => {
  describe('appending', () => {
    test(
      'records many streams in one call and answers in the order of the call',
      onLog(createLog, async (log) => {
        const streams = Array.from({ length: 50 }, (_, index) => `account-${String(index)}`);
        const results = await log.append(streams.map((stream) => to(stream, noStream, payments(stream, 2))));
        const answered = await Promise.all(results.map(async (result) => idsOf(await eventsAt(log, [result]))));
        expect(answered).toEqual(streams.map((stream) => [`${stream}-0`, `${stream}-1`]));
      }),
    );

    test(
      'records each event with its stream, its revision from 0, the position it answers and the time it was recorded',
      onLog(createLog, async (log) => {
        const results = await log.append([to('account-a', noStream, payments('a', 2))]);
        const [first, second] = await eventsAt(log, results);
        expect(results.map(positionsOf)).toEqual([[first?.position, second?.position]]);
        expect(first).toMatchObject({ ...payment('a-0'), stream: 'account-a', revision: 0 });
        expect(second).toMatchObject({ ...payment('a-1'), stream: 'account-a', revision: 1 });
        expect(first?.recordedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
        expect(typeof first?.position).toBe('bigint');
      }),
    );

    test(
      'records data that were not read as if they had been',
      onLog(createLog, async (log) => {
        const data = { amount: '1', note: 'all of it' };
        const { eventId, ...body } = payment('unread', data);
        const unread = { text: '"amount":"1","note":"all of it"', data };
        const [event] = await record(log, to('account-a', noStream, [newEvent({ ...body, unread }, eventId)]));
        expect(event).toMatchObject({ ...body, eventId, data });
        expect(event).not.toHaveProperty('unread');
      }),
    );

    test(
      'goes on from the last revision',
      onLog(createLog, async (log) => {
        await record(log, to('account-a', noStream, payments('first', 3)));
        const events = await record(log, to('account-a', 2, payments('then', 2)));
        expect(events.map(({ revision }) => revision)).toEqual([3, 4]);
      }),
    );

    test(
      'gives positions that rise in the order of the log, over calls and streams',
      onLog(createLog, async (log) => {
        await record(log, to('account-a', noStream, payments('a', 3)), to('account-b', noStream, payments('b', 2)));
        await record(log, to('account-b', 1, payments('bb', 2)), to('account-a', 2, payments('aa', 1)));
        const events = eventsOf(await catchUp(log, { prefixes: ['account-'] }));
        expect(events).toHaveLength(8);
        expect(isRising(events.map(({ position }) => position))).toBe(true);
      }),
    );

    revisionRules(createLog);
    callRules(createLog);
    sizeRules(createLog);
    repetitionRules(createLog);
  });
};

const revisionRules = (createLog: CreateLog): void => {
  test.each([
    ['behind', 0, 'account-a'],
    ['ahead', 5, 'account-a'],
    ['of a stream taken for new', noStream, 'account-a'],
    ['of a stream that does not exist', 0, 'account-new'],
  ])('refuses an expected revision %s, tells the current one and changes nothing', async (_, expected, stream) => {
    await onLog(createLog, async (log) => {
      await record(log, to('account-a', noStream, payments('a', 2)));
      const before = await log.readStream(stream, { limit: 10 });
      expect(await log.append([to(stream, expected, payments('late', 1))])).toEqual([
        { status: 'conflict', currentRevision: before.length - 1 },
      ]);
      expect(await log.readStream(stream, { limit: 10 })).toEqual(before);
    })();
  });

  test(
    'records the other streams of a call when one is refused',
    onLog(createLog, async (log) => {
      await record(log, to('account-b', noStream, payments('b', 1)));
      const results = await log.append([
        to('account-a', noStream, payments('a', 2)),
        to('account-b', noStream, payments('late', 2)),
        to('account-c', noStream, payments('c', 2)),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['recorded', 'conflict', 'recorded']);
      expect(idsOf(eventsOf(await catchUp(log, { prefixes: ['account-'] }))).sort()).toEqual(
        ['a-0', 'a-1', 'b-0', 'c-0', 'c-1'].sort(),
      );
    }),
  );

  test(
    'lets exactly one of several writers that saw the same revision win',
    onLog(createLog, async (log) => {
      await record(log, to('account-a', noStream, payments('a', 1)));
      const writers = Array.from({ length: 20 }, (_, index) => `writer-${String(index)}`);
      const results = await Promise.all(writers.map((writer) => log.append([to('account-a', 0, payments(writer, 3))])));
      const won = results.flat().filter(({ status }) => status === 'recorded');
      expect(won).toHaveLength(1);
      expect(
        results.flat().filter((result) => result.status === 'conflict' && result.currentRevision === 3),
      ).toHaveLength(19);
      expect(await log.readStream('account-a', { from: 1, limit: 10 })).toEqual(await eventsAt(log, won));
    }),
  );

  test(
    'records every event of a stream, without a gap, when writers of one stream take turns at random',
    onLog(createLog, async (log) => {
      const writeUntilDone = async (writer: string): Promise<void> => {
        let head = noStream;
        for (let turn = 0; turn < 5;) {
          const [result] = await log.append([to('account-a', head, payments(`${writer}.${String(turn)}`, 2))]);
          if (result?.status === 'recorded') turn += 1;
          head = result?.status === 'conflict' ? result.currentRevision : head + 2;
        }
      };
      await Promise.all(['u', 'v', 'w'].map(writeUntilDone));
      const events = await log.readStream('account-a', { limit: 100 });
      expect(events.map(({ revision }) => revision)).toEqual(Array.from({ length: 30 }, (_, index) => index));
      expect(new Set(idsOf(events)).size).toBe(30);
    }),
  );
};

const callRules = (createLog: CreateLog): void => {
  test.each([
    ['gives a stream no event', [to('account-b', noStream, payments('b', 1)), to('account-c', noStream, [])]],
    [
      'names a stream twice',
      [to('account-b', noStream, payments('b', 1)), to('account-c', 0, []), to('account-b', 0, payments('bb', 1))],
    ],
  ])('throws on a call that %s, and records nothing of it', async (_, appends) => {
    await onLog(createLog, async (log) => {
      await record(log, to('account-a', noStream, payments('a', 1)));
      const failure: unknown = await log.append(appends).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Error);
      expect(failure).not.toBeInstanceOf(LogUnavailable);
      await record(log, to('account-a', 0, payments('aa', 1)));
      expect(idsOf(eventsOf(await catchUp(log, { prefixes: ['account-'] })))).toEqual(['a-0', 'aa-0']);
    })();
  });

  test(
    'answers a call without any streams with nothing',
    onLog(createLog, async (log) => {
      expect(await log.append([])).toEqual([]);
      expect(eventsOf(await catchUp(log, { prefixes: [''] }))).toEqual([]);
    }),
  );

  test(
    'fails a call that has an event which is no JSON, alone: those that were called with it are recorded',
    onLog(createLog, async (log) => {
      const others = ['after', 'before'];
      const circular: { itself?: unknown } = {};
      circular.itself = circular;
      const calls = ['before', 'broken', 'after'].map((label) => {
        const events = label === 'broken' ? [payment('fine'), payment('circular', circular)] : [payment(label)];
        return log.append([to(`account-${label}`, noStream, events)]);
      });
      const outcomes = await Promise.allSettled(calls);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(idsOf(eventsOf(await catchUp(log, { prefixes: ['account-'] }))).sort()).toEqual(others);
      expect(await log.readStream('account-broken', { limit: 1 })).toEqual([]);
      await record(log, to('account-broken', noStream, payments('mended', 1)));
    }),
  );
};

const sizeRules = (createLog: CreateLog): void => {
  test(
    'records an event of a million bytes, and what comes with it',
    onLog(createLog, async (log, { reopen }) => {
      const largest = payment('largest', { text: 'x'.repeat(mostEventBytes - '{"text":""}'.length) });
      const recorded = await record(
        log,
        to('account-a', noStream, [payment('small'), largest]),
        to('account-b', noStream, payments('b', 1)),
      );
      const opened = await reopen();
      expect(eventsOf(await catchUp(opened, { prefixes: ['account-'] }))).toEqual(inLogOrder(recorded));
    }),
  );

  test(
    'records what is larger for one stream than one event may be, in its order',
    onLog(createLog, async (log) => {
      const events = Array.from({ length: 5 }, (_, index) =>
        payment(`large-${String(index)}`, { text: 'é'.repeat(200_000) }),
      );
      await record(log, to('account-a', noStream, events), to('account-b', noStream, payments('b', 1)));
      const recorded = await log.readStream('account-a', { limit: 10 });
      expect(idsOf(recorded)).toEqual(idsOf(events));
      expect(isRising(recorded.map(({ position }) => position))).toBe(true);
    }),
  );
};

/** What makes it safe to append again what may have been recorded. */
const repetitionRules = (createLog: CreateLog): void => {
  test(
    'records the same append once: again it is a conflict, or answers the first positions',
    onLog(createLog, async (log) => {
      const append = to('account-a', noStream, payments('a', 3));
      const recorded = await record(log, append);
      await record(log, to('account-a', 2, payments('aa', 1)));
      const [again] = await log.append([append]);
      if (again?.status === 'recorded') expect(again.positions).toEqual(recorded.map(({ position }) => position));
      else expect(again).toEqual({ status: 'conflict', currentRevision: 3 });
      expect(idsOf(await log.readStream('account-a', { limit: 10 }))).toEqual(['a-0', 'a-1', 'a-2', 'aa-0']);
    }),
  );

  test(
    'answers a conflict for other content under ids that stand already, and keeps the first content',
    onLog(createLog, async (log) => {
      await record(log, to('account-a', noStream, payments('a', 1)));
      const first = await record(log, to('account-a', 0, [payment('b', { amount: '1' }), payment('c')]));
      const other = to('account-a', 0, [payment('b', { amount: '2' }), payment('c')]);
      expect(await log.append([other])).toEqual([{ status: 'conflict', currentRevision: 2 }]);
      expect(await log.readStream('account-a', { from: 1, limit: 10 })).toEqual(first);
    }),
  );

  test(
    'takes the order of keys for no other content',
    onLog(createLog, async (log) => {
      await record(log, to('account-a', noStream, [payment('a', { one: '1', two: { x: 1, y: 2 } })]));
      const [again] = await log.append([to('account-a', noStream, [payment('a', { two: { y: 2, x: 1 }, one: '1' })])]);
      expect(again).not.toMatchObject({ status: 'unknown' });
      expect(await log.readStream('account-a', { limit: 10 })).toHaveLength(1);
    }),
  );
};
