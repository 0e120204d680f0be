import { setTimeout as delay } from 'node:timers/promises';
import type { AccountTable, PendingDecision } from '@tollgate/account-table';
import { backoffMs } from '@tollgate/backoff';
import { commandIdOf, cutoffStream } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { AppendResult, EventLog, StreamAppend } from '@tollgate/event-store';
import { isRetriable } from '@tollgate/service-runtime';
import type { Log } from '@tollgate/service-runtime';

/** Records decisions, for ever. */
export type CutoffProjector = {
  /** Resolves when it has stopped on request; rejects where the log contradicts the fold. */
  done: Promise<void>;
  /** Lets the append under way finish. */
  stop(): Promise<void>;
};

type Parts = { log: EventLog<LogEvent>; table: AccountTable; clock: () => Date; logger: Log };

/** Bounds one append. */
const mostDecisions = 1_000;

const backoff = { firstMs: 50, limitMs: 5_000 };

/**
 * Appends what the fold decides to the account's `cutoff-` stream. A decision is appended with the revision expected, so it is made
 * once, whoever restarts or decides too; what a crash kept from the log the fold decides again. `ready`: the table has caught up.
 */
export const startCutoffProjector = (parts: Parts & { ready: Promise<void> }): CutoffProjector => {
  const { table, logger } = parts;
  const stopping = new AbortController();
  const news = createBell(stopping.signal);
  table.onAdded(news.ring);
  /** Sequence of the last decision that was appended for an account, until the table has it from the log. */
  const appended = new Map<string, number>();
  let failures = 0;

  const run = async (): Promise<void> => {
    await parts.ready;
    while (!stopping.signal.aborted) {
      const due = dueOf(table.pending(), appended);
      if (due.length === 0) {
        await news.heard();
        continue;
      }
      try {
        await decide(parts, due, appended);
        failures = 0;
      } catch (error) {
        if (!isRetriable(error)) throw error;
        const pauseMs = backoffMs(failures, backoff);
        failures += 1;
        logger.warn(
          { error: error.message, pauseMs, waiting: due.length },
          'decisions cannot be recorded; they are tried again',
        );
        await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };

  const done = run();
  done.catch(() => undefined);
  return {
    done,
    stop: async () => {
      stopping.abort();
      await done.catch(() => undefined);
    },
  };
};

/** Of each account, what was not appended yet, in its order. */
const dueOf = (pending: readonly PendingDecision[], appended: Map<string, number>): PendingDecision[] => {
  if (pending.length === 0) appended.clear();
  const due: PendingDecision[] = [];
  for (const decision of pending) {
    const { accountId, sequence } = decision.data;
    if (sequence > (appended.get(accountId) ?? 0)) due.push(decision);
    if (due.length === mostDecisions) break;
  }
  return due;
};

const decide = async (parts: Parts, due: readonly PendingDecision[], appended: Map<string, number>): Promise<void> => {
  const decidedAt = parts.clock().toISOString();
  const cases = new Map<string, PendingDecision[]>();
  for (const decision of due) {
    const { accountId } = decision.data;
    const known = cases.get(accountId);
    if (known === undefined) cases.set(accountId, [decision]);
    else known.push(decision);
  }
  const decided = [...cases.values()];
  const results = await parts.log.append(decided.map((decisions) => appendOf(decisions, decidedAt)));
  for (const [index, decisions] of decided.entries()) {
    const last = decisions.at(-1);
    const result = results[index];
    if (last === undefined || result === undefined) throw new Error('the log did not say what became of a decision');
    if (result.status === 'recorded') appended.set(last.data.accountId, last.data.sequence);
    else await takeOver(parts, decisions, result);
  }
};

const appendOf = (decisions: readonly PendingDecision[], decidedAt: string): StreamAppend<LogEvent> => {
  const [first] = decisions;
  if (first === undefined) throw new Error('nothing is decided');
  return {
    stream: cutoffStream(first.data.accountId),
    expectedRevision: first.data.sequence - 2,
    events: decisions.map(({ type, data }) => ({
      type,
      data: { ...data, decidedAt },
      metadata: {},
      eventId: commandIdOf(data),
    })),
  };
};

const patienceMs = 1_000;

/**
 * Where the log holds the decision already, by whomever it was made, the table takes it from there. A stream that refuses a decision
 * and does not hold it contradicts itself.
 */
const takeOver = async (
  { log, table }: Parts,
  [first]: readonly PendingDecision[],
  result: Exclude<AppendResult, { status: 'recorded' }>,
): Promise<void> => {
  if (first === undefined) return;
  const stream = cutoffStream(first.data.accountId);
  const [made] = await log.readStream(stream, { from: first.data.sequence - 1, limit: 1 });
  if (made !== undefined) {
    const isFolded = await table.reached(Number(made.position), patienceMs);
    if (isFolded && table.pending().includes(first))
      throw new Error(`${stream} holds decision ${String(first.data.sequence)}, and the fold still asks for it`);
  } else if (result.status === 'conflict')
    throw new Error(`${stream} refuses decision ${String(first.data.sequence)} and does not hold it`);
  else throw result.error;
};

/** Rung at any time; whoever listens hears whether it was rung since it last listened. */
const createBell = (signal: AbortSignal) => {
  let isRung = false;
  let wake: (() => void) | undefined;
  const ring = (): void => {
    isRung = true;
    wake?.();
  };
  signal.addEventListener('abort', ring);
  return {
    ring,
    heard: async (): Promise<void> => {
      if (!isRung) await new Promise<void>((resolve) => (wake = resolve));
      wake = undefined;
      isRung = false;
    },
  };
};
