import { unjudged } from '@tollgate/balance';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, RecordedEvent } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import type { MemoryEventLog } from '@tollgate/event-store/memory';
import { judgeBatch } from './judge-batch';
import { clock, decisions, opening, paid, record, used } from './judging.fixture';

/** Judges all account events of a log with nothing known before. */
const judgeAll = (log: EventLog<LogEvent>, events: readonly RecordedEvent<LogEvent>[], tick = clock) =>
  judgeBatch({ log, judgements: { get: () => unjudged }, clock: tick }, events);

const accountEvents = (log: MemoryEventLog<LogEvent>): RecordedEvent<LogEvent>[] =>
  log.events().filter(({ stream }) => stream.startsWith('account-'));

const positionsOf = (log: MemoryEventLog<LogEvent>, stream: string): bigint[] =>
  log.events().flatMap((event) => (event.stream === stream ? [event.position] : []));

test('decides for each account in its own stream, once, at one time, in one write', async () => {
  const log = createMemoryEventLog<LogEvent>();
  await record(log, [opening('acme'), paid('p1', 'acme'), used('u1', 'acme')]);
  await record(log, [{ ...opening('zenith'), data: { accountId: 'zenith', currency: 'EUR' } } as LogEvent], {
    accountId: 'zenith',
  });
  const appended: string[][] = [];
  const watched: EventLog<LogEvent> = {
    ...log,
    append: (appends) => {
      appended.push(appends.map(({ stream }) => stream));
      return log.append(appends);
    },
  };
  let ticks = 0;
  const { changed, decidedAt } = await judgeAll(watched, accountEvents(log), () => {
    ticks += 1;
    return clock();
  });
  expect(appended).toEqual([['cutoff-acme']]);
  expect(ticks).toBe(1);
  expect([...changed.keys()]).toEqual(['acme', 'zenith']);
  expect(changed.get('acme')).toMatchObject({ sequence: 3, traffic: { inbound: 'blocked', outbound: 'open' } });
  expect(changed.get('zenith')).toMatchObject({ sequence: 0, account: { accountId: 'zenith' } });
  expect(decidedAt).toBe(positionsOf(log, 'cutoff-acme').at(-1));
});

test('where nothing is decided nothing is written', async () => {
  const log = createMemoryEventLog<LogEvent>();
  await record(log, [{ ...opening(), data: { accountId: 'acme', currency: 'EUR' } } as LogEvent, paid('p1')]);
  const refusing: EventLog<LogEvent> = { ...log, append: () => Promise.reject(new Error('written')) };
  expect((await judgeAll(refusing, accountEvents(log))).decidedAt).toBe(0n);
});

test.each([
  ['before', ['acme', 'zenith']],
  ['after', ['zenith', 'acme']],
])('tells of the latest decision also when older ones are taken over %s it', async (_order, accountIds) => {
  const log = createMemoryEventLog<LogEvent>();
  await record(log, [opening('acme'), paid('p1', 'acme')]);
  await judgeAll(log, accountEvents(log));
  await record(log, [opening('zenith')], { accountId: 'zenith' });
  const events = accountIds.flatMap((id) => accountEvents(log).filter(({ stream }) => stream === `account-${id}`));
  const { decidedAt } = await judgeAll(log, events);
  expect(decidedAt).toBe(positionsOf(log, 'cutoff-zenith')[0]);
  expect(decisions(log)).toHaveLength(3);
});

test('takes over more decisions than it reads at once', async () => {
  const log = createMemoryEventLog<LogEvent>();
  const flips = Array.from({ length: 1_200 }, (_, index) =>
    index % 2 === 0 ? paid(`p${String(index)}`) : used(`u${String(index)}`),
  );
  await record(log, [opening(), ...flips]);
  await judgeAll(log, accountEvents(log));
  const made = decisions(log);
  expect(made).toHaveLength(1_201);
  const reads: { from?: number | undefined; limit: number }[] = [];
  const watched: EventLog<LogEvent> = {
    ...log,
    readStream: (stream, options) => {
      reads.push(options);
      return log.readStream(stream, options);
    },
  };
  const { changed } = await judgeAll(watched, accountEvents(log));
  expect(reads).toEqual([
    { from: 0, limit: 1_000 },
    { from: 1_000, limit: 1_000 },
  ]);
  expect(decisions(log)).toEqual(made);
  expect(changed.get('acme')?.sequence).toBe(1_201);
});

describe('a log that contradicts itself ends the judging:', () => {
  const foreign = (type: 'TrafficBlocked' | 'PaymentRecorded', stream: string, log: MemoryEventLog<LogEvent>) => {
    const found = log.events().find((event) => event.type === type);
    if (found === undefined) throw new Error(`there is no ${type}`);
    return { ...found, stream };
  };
  const blocked = async (): Promise<MemoryEventLog<LogEvent>> => {
    const log = createMemoryEventLog<LogEvent>();
    await record(log, [opening(), paid('p1')]);
    await judgeAll(log, accountEvents(log));
    return log;
  };

  test('a decision in an account stream', async () => {
    const log = await blocked();
    await expect(judgeAll(log, [foreign('TrafficBlocked', 'account-acme', log)])).rejects.toThrow(
      'TrafficBlocked stands in account-acme, where only intake writes',
    );
  });

  test('another event in a cutoff stream', async () => {
    const log = await blocked();
    const mixed = [foreign('PaymentRecorded', 'cutoff-acme', log)];
    await expect(judgeAll({ ...log, readStream: () => Promise.resolve(mixed) }, accountEvents(log))).rejects.toThrow(
      'PaymentRecorded stands in cutoff-acme, where only decisions are written',
    );
  });

  test('a refusal for decisions that are not there', async () => {
    const log = await blocked();
    await expect(judgeAll({ ...log, readStream: () => Promise.resolve([]) }, accountEvents(log))).rejects.toThrow(
      'cutoff-acme refuses a decision and holds none that is newer',
    );
  });
});
