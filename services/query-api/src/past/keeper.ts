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
  table: Pick<AccountTable, 'partners' | 'revisionOf'>;
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
/** How much longer than it has worked it rests. */
const rest = { usual: 9, whileBusy: 49 };

/** Keeps the records of what is new in long streams, round after round, in a small part of the time. */
export const startKeeper = ({ table, log, kept, isBusy, logger }: Parts): Keeper => {
  const stopping = new AbortController();
  const { signal } = stopping;

  const sleep = (ms: number): Promise<void> => delay(ms, undefined, { signal, ref: false });
  const working = async <Result>(work: () => Result | Promise<Result>): Promise<Result> => {
    const startedAt = performance.now();
    const result = await work();
    await sleep((performance.now() - startedAt) * (isBusy() ? rest.whileBusy : rest.usual));
    return result;
  };

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
    await kept.add(stream, records);
  };
  const keep = async (stream: string, events: number): Promise<void> => {
    const whole = Math.floor(events / blockEvents);
    if (whole < fewestBlocks) return;
    for (let number = await kept.count(stream); number < whole; number = await kept.count(stream))
      await keepBlock(stream, number);
  };
  const round = async (): Promise<void> => {
    for (let after: string | undefined, isOver = false; !isOver;) {
      const { items, next } = await working(() => table.partners({ after, limit: accountsATurn }));
      for (const { account, revision } of items) {
        await keep(accountStream(account.accountId), revision + 1);
        const decisions = cutoffStream(account.accountId);
        await keep(decisions, table.revisionOf(decisions) + 1);
      }
      after = next ?? undefined;
      isOver = next === null;
    }
  };
  const rounds = async (): Promise<void> => {
    while (!signal.aborted) {
      await round().catch((error: unknown) => {
        if (!signal.aborted)
          logger.warn({ error: String(error) }, 'what speeds up looking at the past cannot be kept; it is tried again');
      });
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
