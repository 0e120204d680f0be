import { noStream } from '../event-log';
import { ledgerOf } from '../ledger-of';
import {
  catchUp,
  eventsOf,
  idsOf,
  inLogOrder,
  onLog,
  payment,
  payments,
  positionsOf,
  record,
  to,
} from './log-under-test';
import type { CreateLog } from './log-under-test';

export const readingRules = (createLog: CreateLog): void => {
  describe('reading a stream', () => {
    test(
      'gives nothing for a stream that does not exist',
      onLog(createLog, async (log) => {
        expect(await log.readStream('account-nobody', { limit: 10 })).toEqual([]);
      }),
    );

    test.each([
      ['from the start', { limit: 10 }, [0, 1, 2, 3, 4]],
      ['from a revision on', { from: 3, limit: 10 }, [3, 4]],
      ['at most the limit', { from: 1, limit: 2 }, [1, 2]],
      ['nothing beyond the end', { from: 5, limit: 10 }, []],
    ])('gives its events oldest first, %s', async (_, options, revisions) => {
      await onLog(createLog, async (log) => {
        await record(log, to('account-a', noStream, payments('a', 3)));
        await record(log, to('account-ab', noStream, payments('other', 4)));
        await record(log, to('account-a', 2, payments('aa', 2)));
        const events = await log.readStream('account-a', options);
        expect(events.map(({ revision }) => revision)).toEqual(revisions);
        expect(events.every(({ stream }) => stream === 'account-a')).toBe(true);
      })();
    });

    test(
      'gives what stands at the positions that the append answered',
      onLog(createLog, async (log) => {
        const recorded = await record(log, to('account-a', noStream, payments('a', 3)));
        expect(await log.readStream('account-a', { limit: 10 })).toEqual(recorded);
      }),
    );

    test.each(contents)('gives back %s exactly, before and after the log is opened again', async (_, data) => {
      await onLog(createLog, async (log, { reopen }) => {
        await record(log, to('account-a', noStream, [payment('a', data)]));
        const isSame = (read: readonly { data: object }[]) =>
          read.length === 1 && JSON.stringify(read[0]?.data) === JSON.stringify(data);
        expect(isSame(await log.readStream('account-a', { limit: 1 }))).toBe(true);
        expect(isSame(eventsOf(await catchUp(log, { prefixes: ['account-'] })))).toBe(true);
        const opened = await reopen();
        expect(isSame(await opened.readStream('account-a', { limit: 1 }))).toBe(true);
        expect(isSame(eventsOf(await catchUp(opened, { prefixes: ['account-'] })))).toBe(true);
      })();
    });

    test(
      'is named by its first event',
      onLog(createLog, async (log, { reopen }) => {
        expect(await ledgerOf(log)).toBeUndefined();
        const [first] = await record(log, to('account-a', noStream, payments('a', 2)));
        await record(log, to('account-b', noStream, payments('b', 2)));
        expect(await ledgerOf(log)).toBe(first?.eventId);
        expect(await ledgerOf(await reopen())).toBe(first?.eventId);
      }),
    );

    nameRules(createLog);
    positionRules(createLog);

    test(
      'knows where it ends: what was recorded is not after it, and what is recorded next is',
      onLog(createLog, async (log) => {
        let end = await log.lastPosition();
        for (const stream of ['account-a', 'account-b', 'account-c']) {
          const recorded = await record(log, to(stream, noStream, payments(stream, 2)));
          for (const { position } of recorded) expect(end === undefined || position > end).toBe(true);
          end = await log.lastPosition();
          for (const { position } of recorded) expect(end !== undefined && position <= end).toBe(true);
        }
        expect(eventsOf(await catchUp(log, { prefixes: [''], after: end }))).toEqual([]);
      }),
    );

    test(
      'gives the same after the log is opened again, and goes on from there',
      onLog(createLog, async (log, { reopen }) => {
        const recorded = await record(
          log,
          to('account-a', noStream, payments('a', 3)),
          to('account-b', noStream, payments('b', 1)),
        );
        const opened = await reopen();
        expect(eventsOf(await catchUp(opened, { prefixes: ['account-'] }))).toEqual(inLogOrder(recorded));
        expect(await opened.append([to('account-a', 1, payments('late', 1))])).toEqual([
          { status: 'conflict', currentRevision: 2 },
        ]);
        const [next] = await record(opened, to('account-a', 2, payments('next', 1)));
        expect(next && recorded.every(({ position }) => position < next.position)).toBe(true);
        expect(idsOf(await opened.readStream('account-a', { limit: 10 }))).toEqual(['a-0', 'a-1', 'a-2', 'next-0']);
      }),
    );
  });
};

/** As long as a stream of a Kafka topic's partition may be called. */
const longName = `rejected-${'t'.repeat(249)}-2147483647`;

const nameRules = (createLog: CreateLog): void => {
  test(
    'keeps streams apart whose names differ in a letter’s case, in their last character or not at all but for what follows',
    onLog(createLog, async (log, { reopen }) => {
      const names = ['account-A', 'account-a', 'account-a.b_c-d', 'account-a.b', 'a', 'account-é 電話/@%', longName];
      const recorded = await record(log, ...names.map((name) => to(name, noStream, payments(name, 2))));
      for (const open of [() => Promise.resolve(log), reopen]) {
        const opened = await open();
        for (const name of names)
          expect(await opened.readStream(name, { limit: 10 })).toEqual(
            recorded.filter(({ stream }) => stream === name),
          );
        expect(await opened.readStream('account-', { limit: 10 })).toEqual([]);
        const given = eventsOf(await catchUp(opened, { prefixes: ['account-A'] }));
        expect(given.map(({ stream }) => stream)).toEqual(['account-A', 'account-A']);
      }
    }),
  );
};

const positionRules = (createLog: CreateLog): void => {
  test(
    'gives the event at each position that was answered, in any order, also after the log is opened again',
    onLog(createLog, async (log, { reopen }) => {
      const results = await log.append([
        to('account-a', noStream, payments('a', 3)),
        to('account-b', noStream, payments('b', 2)),
      ]);
      results.push(...(await log.append([to('account-a', 2, payments('aa', 2))])));
      const positions = results.flatMap(positionsOf);
      const ids = ['a-0', 'a-1', 'a-2', 'b-0', 'b-1', 'aa-0', 'aa-1'];
      for (const open of [() => Promise.resolve(log), reopen]) {
        const opened = await open();
        const reversed = await Promise.all([...positions].reverse().map((position) => opened.read(position)));
        expect(idsOf(reversed)).toEqual([...ids].reverse());
        expect(reversed.map((event) => event?.position)).toEqual([...positions].reverse());
      }
    }),
  );

  test(
    'gives nothing at a position that only another, longer log has',
    onLog(createLog, async (log) => {
      await record(log, to('account-a', noStream, payments('a', 1)));
      await onLog(createLog, async (longer) => {
        const events = await record(longer, to('account-a', noStream, payments('longer', 5)));
        const position = events.at(-1)?.position;
        expect(position && (await longer.read(position))).toEqual(events.at(-1));
        expect(position && (await log.read(position))).toBeUndefined();
      })();
    }),
  );

  test(
    'gives back what events of one append have in common, and what they have not',
    onLog(createLog, async (log, { reopen }) => {
      const sources = [{ receivedAt: '2026-01-31T12:00:00.000Z', n: 1 }, { n: 2 }];
      const metadata = [
        { source: sources[0] },
        { source: sources[1], line: 7 },
        {},
        { source: sources[0], reversed: { amount: '1' } },
        { source: sources[0], offset: 'é"' },
      ];
      const events = metadata.map((one, index) => ({ ...payment(`a-${String(index)}`), metadata: one }));
      await log.append([to('account-a', noStream, events)]);
      for (const open of [() => Promise.resolve(log), reopen]) {
        const opened = await open();
        const read = await opened.readStream('account-a', { limit: 10 });
        expect(read.map((event) => event.metadata)).toEqual(metadata);
      }
    }),
  );
};

const contents: [name: string, data: object][] = [
  ['letters of every script', { clé: 'Ünïcødé 電話 📞 \u0000 \u2028 " \\ \n', '📞': 'ключ' }],
  ['nested data', { list: [1, [2, { three: null }], []], deep: { deeper: { deepest: [{ a: true }, {}] } }, empty: '' }],
  ['numbers as JSON knows them', { whole: 9_007_199_254_740_991, tiny: 5e-324, fraction: 0.1, negative: -1 }],
  ['a string of a million bytes', { long: 'é1 '.repeat(249_997) }],
  ['keys in the order they came', { z: 1, a: 2, m: 3 }],
];
