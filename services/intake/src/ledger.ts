import type { AccountTable } from '@tollgate/account-table';
import type { LogEvent } from '@tollgate/contracts';
import { LogDamaged, LogUnavailable, LogUnreadable } from '@tollgate/event-store';
import type { EventLog } from '@tollgate/event-store';
import type { NumberKeys } from '@tollgate/number-keys';
import { isRetriable } from '@tollgate/service-runtime';
import { decideItem } from './decide-item';
import type { Forecast, Item, Outcome } from './intent';
import { draftFor } from './overlay';
import { createQueue } from './queue';
import type { Queue, Share } from './queue';
import { writeGroup } from './write-group';
import type { Result, WriterParts } from './write-group';

/** The only writer of account streams. */
export type Ledger = {
  /**
   * Outcomes in the order of the items, once everything recorded is durable. Throws `LogUnavailable` if the log cannot be
   * written, or, to those over HTTP, not within 20 s of when they came: what was recorded until then stays, and sending the same again
   * is safe.
   */
  submit(items: readonly Item[]): Promise<Outcome[]>;
  /** What would become of each item if it came now and alone; records nothing. */
  forecast(items: readonly Item[]): Promise<Forecast[]>;
  /** Items submitted and not yet answered. */
  queued(): number;
  /** Rejects where the log contradicts itself: nothing is written after that, and the process must end. */
  failed: Promise<never>;
  /** Answers what was submitted, then stops. */
  close(): Promise<void>;
};

type Parts = {
  log: EventLog<LogEvent>;
  table: AccountTable;
  /** Resolves once the table has caught up with the log; until then, what is submitted waits. */
  ready: Promise<void>;
  /** What numbers are sealed with; absent where they are recorded as they are. */
  numberKeys?: NumberKeys | undefined;
  answerWithinMs?: number;
};

/** Whoever waits longer has often gone. Looked after twice a second, so that it is 20 s in all. */
const usualAnswerWithinMs = 19_500;
const lookEveryMs = 500;

export const openLedger = (given: Parts): Ledger => {
  const { log, table, ready, numberKeys, answerWithinMs = usualAnswerWithinMs } = given;
  const queue = createQueue();
  const looking = setInterval(
    () => {
      queue.failOlder(performance.now() - answerWithinMs, tooLate(answerWithinMs));
    },
    Math.min(lookEveryMs, answerWithinMs),
  ).unref();
  const closing = new AbortController();
  const parts: WriterParts = { log, table, numberKeys, suspects: new Set(), closing: closing.signal };
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => (fail = reject));
  failed.catch(() => undefined);
  /** What callers are told once it has failed. */
  let broken: Error | undefined;
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    try {
      await ready;
      for (let shares = queue.take(); shares.length > 0; shares = queue.take()) await writeShares(parts, queue, shares);
      // In the turn that found nothing more: what is submitted next must not wait for a loop that has ended.
      running = undefined;
    } catch (error) {
      // The shares of a group that met it were told by it; what waits behind them is told now.
      for (let shares = queue.take(); shares.length > 0; shares = queue.take()) queue.fail(shares, toldOf(error));
      running = undefined;
      if (isRetriable(error)) return;
      broken = toldOf(error);
      fail(error);
    }
  };

  return {
    // Not an async function: its promise beside that of the queue costs a single request three turns of the microtasks.
    submit: (items) => {
      if (broken !== undefined) return Promise.reject(broken);
      if (items.length === 0) return Promise.resolve([]);
      const answered = queue.add(items);
      running ??= Promise.resolve().then(run);
      return answered;
    },
    forecast: async (items) => {
      await ready;
      return Promise.all(items.map((item) => forecast(parts, item)));
    },
    queued: queue.size,
    failed,
    close: async () => {
      closing.abort();
      while (running !== undefined) await running;
      clearInterval(looking);
    },
  };
};

/** What callers are told: whoever mends a log that cannot be read has them served again. */
const toldOf = (error: unknown): Error => {
  if (error instanceof LogDamaged || error instanceof LogUnreadable)
    return new LogUnavailable(`the event log cannot be read on: ${error.message}`, { cause: error });
  return error instanceof Error ? error : new Error(String(error));
};

const tooLate = (answerWithinMs: number): LogUnavailable =>
  new LogUnavailable(
    `the event log has not taken it within ${String(Math.round(answerWithinMs / 1_000))} s, and may still record it`,
  );

const writeShares = async (parts: WriterParts, queue: Queue, shares: readonly Share[]): Promise<void> => {
  try {
    const results = await writeGroup(parts, itemsOf(shares));
    let next = 0;
    for (const share of shares) {
      const error = place(share, results, next);
      if (error === undefined) queue.answer([share]);
      else queue.fail([share], error);
      next += share.count;
    }
  } catch (error) {
    queue.fail(shares, toldOf(error));
    if (!isRetriable(error)) throw error;
  }
};

const itemsOf = (shares: readonly Share[]): readonly Item[] => {
  const items: Item[] = [];
  for (const { submission, start, count } of shares)
    for (let place = start; place < start + count; place += 1) {
      const item = submission.items[place];
      if (item !== undefined) items.push(item);
    }
  return items;
};

/** Puts the outcomes of a share in their places; returns the error of one that has none. */
const place = (
  { submission, start, count }: Share,
  results: readonly Result[],
  from: number,
): LogUnavailable | undefined => {
  for (let index = 0; index < count; index += 1) {
    const result = results[from + index];
    if (result instanceof LogUnavailable) return result;
    if (result === undefined) throw new Error('an item of the group has no outcome');
    submission.outcomes[start + index] = result;
  }
  return undefined;
};

/** What would become of an item, decided as the writer would decide it and appended nowhere. */
const forecast = async (parts: WriterParts, item: Item): Promise<Forecast> => {
  const planned = await decideItem(parts, draftFor(parts.table, new Map(), item.intent), item);
  return planned.status === 'drafted' ? { status: 'acceptable' } : planned;
};
