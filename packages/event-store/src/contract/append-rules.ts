import { noStream } from '../event-log';
import { catchUp, eventsOf, idsOf, isRising, onLog, payment, payments, record, to } from './log-under-test';
import type { CreateLog } from './log-under-test';

export const appendRules = (createLog: CreateLog): void => {
  describe('appending', () => {
    test(
      'records many streams in one call and answers in the order of the call',
      onLog(createLog, async (log) => {
        const streams = Array.from({ length: 50 }, (_, index) => `account-${String(index)}`);
        const results = await log.append(streams.map((stream) => to(stream, noStream, payments(stream, 2))));
        expect(results.map((result) => result.isAppended && idsOf(result.events))).toEqual(
          streams.map((stream) => [`${stream}-0`, `${stream}-1`]),
        );
      }),
    );

    test(
      'answers each event with its stream, its revision from 0, a position and the time it was recorded',
      onLog(createLog, async (log) => {
        const [first, second] = await record(log, to('account-a', noStream, payments('a', 2)));
        expect(first).toMatchObject({ ...payment('a-0'), stream: 'account-a', revision: 0 });
        expect(second).toMatchObject({ ...payment('a-1'), stream: 'account-a', revision: 1 });
        expect(first?.recordedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
        expect(typeof first?.position).toBe('bigint');
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
        { isAppended: false, currentRevision: before.length - 1 },
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
      expect(results.map(({ isAppended }) => isAppended)).toEqual([true, false, true]);
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
      const won = results.flat().filter(({ isAppended }) => isAppended);
      expect(won).toHaveLength(1);
      expect(results.flat().filter((result) => !result.isAppended && result.currentRevision === 3)).toHaveLength(19);
      expect(await log.readStream('account-a', { from: 1, limit: 10 })).toEqual(won[0]?.isAppended && won[0].events);
    }),
  );

  test(
    'records every event of a stream, without a gap, when writers of one stream take turns at random',
    onLog(createLog, async (log) => {
      const writeUntilDone = async (writer: string): Promise<void> => {
        let head = noStream;
        for (let turn = 0; turn < 5;) {
          const [result] = await log.append([to('account-a', head, payments(`${writer}.${String(turn)}`, 2))]);
          if (result?.isAppended === true) turn += 1;
          head = result?.isAppended === true ? head + 2 : (result?.currentRevision ?? head);
        }
      };
      await Promise.all(['u', 'v', 'w'].map(writeUntilDone));
      const events = await log.readStream('account-a', { limit: 100 });
      expect(events.map(({ revision }) => revision)).toEqual(Array.from({ length: 30 }, (_, index) => index));
      expect(new Set(idsOf(events)).size).toBe(30);
    }),
  );
};
