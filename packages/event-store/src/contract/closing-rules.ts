import { LogUnavailable, SubscriptionDropped, noStream } from '../event-log';
import { onLog, payments, record, to } from './log-under-test';
import type { CreateLog } from './log-under-test';

export const closingRules = (createLog: CreateLog): void => {
  describe('closing', () => {
    test(
      'makes a later append fail with LogUnavailable, which a probe can tell; before, it tells that one would not, and records nothing',
      onLog(createLog, async (log) => {
        await expect(log.probe()).resolves.toBeUndefined();
        expect(await log.readStream('account-a', { limit: 1 })).toEqual([]);
        await log.close();
        await expect(log.append([to('account-a', noStream, payments('a', 1))])).rejects.toThrow(LogUnavailable);
        await expect(log.probe()).rejects.toThrow(LogUnavailable);
      }),
    );

    test(
      'makes a later read fail with LogUnavailable',
      onLog(createLog, async (log) => {
        const [event] = await record(log, to('account-a', noStream, payments('a', 1)));
        await log.close();
        await expect(log.readStream('account-a', { limit: 1 })).rejects.toThrow(LogUnavailable);
        await expect(event && log.read(event.position)).rejects.toThrow(LogUnavailable);
      }),
    );

    test(
      'leaves no append unanswered: each is recorded, or refused with LogUnavailable',
      onLog(createLog, async (log, { reopen }) => {
        const streams = Array.from({ length: 20 }, (_, index) => `account-${String(index)}`);
        const answers = streams.map((stream) => log.append([to(stream, noStream, payments(stream, 2))]));
        const settled = Promise.allSettled(answers);
        const opened = await reopen();
        const outcomes = await settled;
        for (const [index, outcome] of outcomes.entries()) {
          const kept = await opened.readStream(streams[index] ?? '', { limit: 10 });
          if (outcome.status === 'fulfilled') expect(outcome.value.map(({ status }) => status)).toEqual(['recorded']);
          else expect(outcome.reason).toBeInstanceOf(LogUnavailable);
          expect(kept).toHaveLength(outcome.status === 'fulfilled' ? 2 : 0);
        }
      }),
    );

    test(
      'ends a waiting subscription, or drops it to be taken up again',
      onLog(createLog, async (log) => {
        const { signal } = new AbortController();
        const ended = (async () => {
          for await (const { isCaughtUp } of log.subscribe({ prefixes: ['account-'], signal }))
            if (isCaughtUp) setImmediate(() => void log.close());
        })();
        await ended.catch((error: unknown) => {
          expect(error).toBeInstanceOf(SubscriptionDropped);
        });
      }),
    );
  });
};
