import { setTimeout as delay } from 'node:timers/promises';
import type { AccountTable } from '@tollgate/account-table';
import { accountStream, cutoffStream } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import type { Log } from '@tollgate/service-runtime';
import type { KeptRecords } from './kept-records';
import { recordBytes, writeRecord } from './record';
import { pageEvents } from './records';

type Parts = {
  table: Pick<AccountTable, 'partners' | 'place' | 'revisionOf'>;
  log: Pick<EventLog<LogEvent>, 'readStream'>;
  kept: KeptRecords;
  /** Whether records wait for the log. */
  isBusy(): boolean;
  logger: Log;
};

export type Keeper = { stop(): Promise<void> };

const betweenRoundsMs = 30_000;
const accountsATurn = 100;
/** Of a stream that is shorter, reading it is as fast. */
const fewestBlocks = 2;
/** How much longer than it has worked it rests; looking for what is long costs the same each time, found or not. */
const rest = { usual: 9, whileBusy: 49, looking: 49 };

/** Keeps the records of what is new in long streams, round after round, in a small part of the time. */
export const startKeeper = ({ table, log, kept, isBusy, logger }: Parts): Keeper => {
  const stopping = new AbortController();
  const { signal } = stopping;
  const { sleep, working } = createPace(isBusy, signal);
  const { blockEvents } = kept;
  const page = Math.min(pageEvents, blockEvents);
  const keepBlock = async (stream: string, number: number): Promise<void> => {
    const records = new Uint8Array(blockEvents * recordBytes);
    const view = new DataView(records.buffer);
    for (let at = 0; at < blockEvents; at += page)
      await working(async () => {
        const events = await log.readStream(stream, { from: number * blockEvents + at, limit: page });
        if (events.length < page) throw new Error(`${stream} is shorter than the account table has it`);
        events.forEach((event, index) => {
          writeRecord(view, (at + index) * recordBytes, event);
        });
      });
    await kept.add({ stream, number }, records);
  };
  const keep = async (stream: string, events: number): Promise<void> => {
    const whole = Math.floor(events / blockEvents);
    if (whole < fewestBlocks) return;
    for (let number = await kept.count(stream); number < whole; number = await kept.count(stream))
      await keepBlock(stream, number);
  };
  const round = async (): Promise<void> => {
    for (let after: string | undefined, isOver = false; !isOver;) {
      const { items, next } = await working(() => table.partners({ after, limit: accountsATurn }), rest.looking);
      for (const { account, revision } of items) {
        await keep(accountStream(account.accountId), revision + 1);
        const decisions = cutoffStream(account.accountId);
        await keep(decisions, table.revisionOf(decisions) + 1);
      }
      after = next ?? undefined;
      isOver = next === null;
    }
  };
  let told: string | undefined;
  const tell = (error: unknown): void => {
    const reason = String(error);
    if (!signal.aborted && reason !== told)
      logger.warn({ error: reason }, 'what speeds up looking at the past cannot be kept; it is tried again');
    told = reason;
  };
  /** No round where the log has not grown by a block since the one before began. */
  const rounds = async (): Promise<void> => {
    for (let reached = -Infinity; !signal.aborted;) {
      const place = table.place();
      if (place - reached >= blockEvents) {
        try {
          await round();
          reached = place;
          told = undefined;
        } catch (error) {
          tell(error);
        }
      }
      await sleep(betweenRoundsMs).catch(() => undefined);
    }
  };
  const going = rounds();
  return {
    stop: async () => {
      stopping.abort();
      await going;
    },
  };
};

/** Works in a part of the time; what sleeps is woken up by the signal, with an error. */
const createPace = (isBusy: () => boolean, signal: AbortSignal) => {
  const sleep = (ms: number): Promise<void> => delay(ms, undefined, { signal, ref: false });
  return {
    sleep,
    /** Rests so many times as long as it has worked. */
    working: async <Result>(work: () => Result | Promise<Result>, times?: number): Promise<Result> => {
      const startedAt = performance.now();
      const result = await work();
      await sleep((performance.now() - startedAt) * (times ?? (isBusy() ? rest.whileBusy : rest.usual)));
      return result;
    },
  };
};
