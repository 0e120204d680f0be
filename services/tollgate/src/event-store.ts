import { setTimeout as delay } from 'node:timers/promises';
import { openAccountTable } from '@tollgate/account-table';
import type { AccountTable, Partner } from '@tollgate/account-table';
import { backoffMs } from '@tollgate/backoff';
import { startBalanceProjector } from '@tollgate/balance-projector';
import { accountStream, storedEvents } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { openEsdbEventLog } from '@tollgate/event-store-esdb';
import type { EsdbEventLog } from '@tollgate/event-store-esdb';
import { openFolder } from '@tollgate/folder';
import { isRetriable } from '@tollgate/service-runtime';
import type { Following } from '@tollgate/service-runtime';
import { storeFoldersOf } from './folders';
import type { Foundation, FoundationOptions } from './foundation';
import { openLocked } from './locked-data';
import { reasonOf } from './reason-of';
import type { Settings } from './settings';
import { isUnreadable } from './unreadable';

type StoreSettings = Pick<Settings, 'data' | 'eventstoreStreamPrefix' | 'switches'> & { eventstoreUrl: string };

/** The log in an event store, folded into an account table of this process; waits for a store that does not answer. */
export const openEventStore = (settings: StoreSettings, options: FoundationOptions): Promise<Foundation> =>
  openLocked(settings.data, () => untilAvailable(options, () => openOnce(settings, options)));

const usualBackoff = { firstMs: 500, limitMs: 5_000 };
/** What is mended by hand or by another version, and costs a fold of what has come since the last snapshot. */
const unreadableBackoff = { firstMs: 5_000, limitMs: 60_000 };
/** One that answers does so by then. */
const silentMs = 1_000;

const untilAvailable = async <Opened>(options: FoundationOptions, open: () => Promise<Opened>): Promise<Opened> => {
  const { logger, onProgress } = options;
  onProgress?.(() => 'the event store has not answered yet');
  const waiting = setTimeout(() => {
    logger.info({}, 'Tollgate waits for the event store, which has not answered yet');
  }, silentMs);
  try {
    return await untilOpened(options, open);
  } finally {
    clearTimeout(waiting);
  }
};

/** What cannot be read keeps the process from being ready, and not from living: it says by name what must be mended. */
const untilOpened = async <Opened>(
  { logger, onProgress, isImpatient }: FoundationOptions,
  open: () => Promise<Opened>,
): Promise<Opened> => {
  let told = '';
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await open();
    } catch (error) {
      const isUnreadableLog = isUnreadable(error);
      if (isImpatient === true || (!isUnreadableLog && !isRetriable(error))) throw error;
      const { message } = error;
      onProgress?.(() => message);
      if (!isUnreadableLog) logger.warn({ error: reasonOf(error) }, 'Tollgate waits for the event store');
      else if (message !== told) logger.error({ error: reasonOf(error) }, 'Tollgate is not ready until this is mended');
      told = message;
      await delay(backoffMs(attempt, isUnreadableLog ? unreadableBackoff : usualBackoff));
    }
  }
};

const openOnce = async (settings: StoreSettings, options: FoundationOptions): Promise<Foundation> => {
  const log = await openStoreLog(settings);
  try {
    return await openOver(log, settings, options);
  } catch (error) {
    await log.close();
    throw error;
  }
};

/** The log alone. */
export const openStoreLog = (settings: Omit<StoreSettings, 'data' | 'switches'>): Promise<EsdbEventLog<LogEvent>> =>
  openEsdbEventLog<LogEvent>({
    connectionString: () => settings.eventstoreUrl,
    streamPrefix: settings.eventstoreStreamPrefix,
    codec: storedEvents,
  });

const openOver = async (
  log: EsdbEventLog<LogEvent>,
  { data, switches }: StoreSettings,
  { clock, logger, onProgress }: FoundationOptions,
): Promise<Foundation> => {
  const last = Number((await log.lastPosition()) ?? 0n);
  const paths = storeFoldersOf(data, log.seed);
  const table = openAccountTable({
    folder: await openFolder(paths.accountTable),
    onWarning: (message, facts) => {
      logger.warn(facts, message);
    },
    switches,
  });
  try {
    await table.start({ ledger: log.ledger, seed: log.seed, last });
    await requireKnown(log, table, paths);
    const tell = () =>
      `the account table is at position ${String(table.place())} of ${String(last)} in the event store`;
    onProgress?.(tell);
    const projector = startBalanceProjector({ log, table, logger });
    await projector.caughtUp;
    return {
      log,
      shared: log,
      table,
      relays: await openFolder(paths.relays),
      tree: () => openFolder(paths.tree),
      past: () => openFolder(paths.past),
      clock,
      readiness: [
        { name: 'account table', check: () => tableReadiness(projector.behind(), table.place(), clock()) },
        { name: 'history', check: () => historyReadiness(log.cutStreams()) },
      ],
      done: projector.done,
      giveUp: log.giveUp,
      close: async () => {
        await projector.stop();
        await log.close();
        await table.close();
      },
    };
  } catch (error) {
    await table.close();
    throw error;
  }
};

/** What the table was folded from must be what the log holds: a store may be put back from an older copy and go on from there. */
const requireKnown = async (
  log: EsdbEventLog<LogEvent>,
  table: AccountTable,
  { accountTable, relays }: ReturnType<typeof storeFoldersOf>,
): Promise<void> => {
  const last = lastMoved(table);
  if (last === undefined) return;
  const { account, revision, position } = last;
  const event = await log.read(position);
  if (event?.stream === accountStream(account.accountId) && event.revision === revision) return;
  throw new Error(
    `the account table knows revision ${String(revision)} of ${account.accountId} at position ${String(position)}, which the event store does not have there: it was replaced by an older copy; delete ${accountTable} and ${relays}, which are derived from it, and start again`,
  );
};

/** The account with the last event that the snapshot of the table holds. */
const lastMoved = (table: AccountTable): Partner | undefined => {
  let last: Partner | undefined;
  let after: string | undefined;
  for (;;) {
    const { items, next } = table.partners({ after, limit: 1_000 });
    for (const partner of items) if (last === undefined || partner.position > last.position) last = partner;
    if (next === null) return last;
    after = next;
  }
};

/** Events of a busy store are on their way for milliseconds. */
const patienceMs = 5_000;

const tableReadiness = (behind: ReturnType<Following['behind']>, place: number, now: Date) => {
  if (behind === undefined) return { isReady: true, detail: 'caught up with the event store' };
  const { since, reason } = behind;
  return {
    isReady: now.getTime() - since.getTime() <= patienceMs,
    detail: `behind the event store since ${since.toISOString()}, at position ${String(place)}${reason === undefined ? '' : `: ${reason}`}`,
  };
};

const historyReadiness = (cut: readonly string[]) =>
  cut.length === 0
    ? { isReady: true, detail: 'whole' }
    : {
        isReady: false,
        detail: `cut in the event store, or set to be: ${cut.join('; ')}: nothing may rest on it until its settings are taken back and, where events are gone, the store is restored`,
      };
