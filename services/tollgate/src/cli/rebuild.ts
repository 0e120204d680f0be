import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Command } from 'commander';
import { startBalanceProjector } from '@tollgate/balance-projector';
import type { LogEvent } from '@tollgate/contracts';
import { openLmdbEventLog } from '@tollgate/event-store-lmdb';
import type { LmdbEventLog } from '@tollgate/event-store-lmdb';
import { bufferStore, openProjectionStore } from '@tollgate/projection-store';
import { createReadModels } from '@tollgate/read-models';
import type { ReadModels } from '@tollgate/read-models';
import { createLog } from '@tollgate/service-runtime';
import { derivedVersions, foldersOf } from '../folders';
import { readSettings, settingSources } from '../settings';
import { startProgress } from './progress-bar';
import { say } from './terminal-text';

/** `tollgate rebuild`: folds the whole log into new read models, compares, and puts them in place of the old ones. */
export const addRebuild = (program: Command): void => {
  const { flag = '', variable, about } = settingSources.data;
  program
    .command('rebuild')
    .summary('rebuild the read models from the log and compare them with the old ones')
    .description(
      'Folds the whole log into new read models, compares them with those in use and then replaces these. Tollgate must be stopped. Ends with 1 if a figure differed.',
    )
    .option(flag, `${about} (${variable})`)
    .action(async (flags: { data?: string }) => {
      const { data } = readSettings(flags, process.env);
      const isSame = await rebuild(data);
      process.exitCode = isSame ? 0 : 1;
    });
};

/** The old models stay until the new ones are complete: a rebuild that is interrupted changes nothing. */
const rebuild = async (data: string): Promise<boolean> => {
  const { eventLog, readModels } = foldersOf(data);
  const next = `${readModels}.next`;
  const logFile = join(eventLog, 'log', 'data.mdb');
  if (!existsSync(logFile)) throw new Error(`there is no log in ${data} (${logFile}): say where it is with --data`);
  const replaced = `${readModels}.replaced`;
  for (const folder of [next, replaced]) await rm(folder, { recursive: true, force: true });
  const differences = await compareAnew({ eventLog, readModels, next }).catch(async (error: unknown) => {
    // What is half written may take the very room that is missing.
    await rm(next, { recursive: true, force: true });
    throw isOutOfRoom(error) ? outOfRoom(readModels, error) : error;
  });
  if (differences > 0) await keep(readModels);
  else await rename(readModels, replaced);
  await rename(next, readModels);
  await rm(replaced, { recursive: true, force: true });
  return differences === 0;
};

const isOutOfRoom = (error: unknown): error is Error =>
  error instanceof Error &&
  (/ENOSPC|EFBIG|EDQUOT|no space left|file too large|quota exceeded/i.test(error.message) || isOutOfRoom(error.cause));

const outOfRoom = (readModels: string, cause: Error): Error =>
  new Error(
    `the disk is full: ${cause.message}. Make room for a second copy of ${readModels} and rebuild again, or delete ${readModels}: the next start derives it anew`,
    { cause },
  );

/** Folds the log into new models in `next`, and returns how many accounts differ from the old ones. */
const compareAnew = async (folders: { eventLog: string; readModels: string; next: string }): Promise<number> => {
  const opened: { close(): Promise<void> }[] = [];
  const open = async <Resource extends { close(): Promise<void> }>(opening: Promise<Resource>): Promise<Resource> => {
    const resource = await opening;
    opened.push(resource);
    return resource;
  };
  try {
    const log = await open(openLmdbEventLog<LogEvent>({ folder: folders.eventLog }));
    const rebuilt = await open(openModels(folders.next));
    const last = await foldAll(log, rebuilt);
    const old = await open(openModels(folders.readModels));
    if (old.position() === undefined) {
      say('There were no read models to compare with.');
      return 0;
    }
    // Behind the log after a kill is no difference: they would have caught up at the next start.
    await fold(log, old);
    return await compare(old, rebuilt, last);
  } finally {
    await closeAll(opened);
  }
};

/** Closes each, also where another cannot be closed; models that cannot be written to their end are a failure. */
const closeAll = async (opened: readonly { close(): Promise<void> }[]): Promise<void> => {
  const endings = await Promise.allSettled(opened.map((resource) => resource.close()));
  for (const ending of endings) if (ending.status === 'rejected') throw ending.reason;
};

/**
 * A projector waits for room and tries again, as it must while Tollgate runs; somebody waits for this command: what cannot be
 * written the first time ends it.
 */
const openModels = async (path: string): Promise<ReadModels> => {
  const store = await openProjectionStore({ path, version: derivedVersions.readModels });
  let written: Promise<void> = Promise.resolve();
  const commit: typeof store.commit = (changes) => {
    written = written.then(() => store.commit(changes).catch(giveUp));
    return written;
  };
  return createReadModels(bufferStore({ ...store, commit }));
};

const giveUp = (error: unknown): never => {
  throw new Error(error instanceof Error ? error.message : String(error), { cause: error });
};

/** Moves read models that were wrong out of the way, for whoever looks for the cause. */
const keep = async (readModels: string): Promise<void> => {
  const kept = `${readModels}.differed-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  await rename(readModels, kept);
  say(`The old read models are kept in ${kept}.`);
};

const foldAll = async (log: LmdbEventLog<LogEvent>, readModels: ReadModels): Promise<bigint> => {
  const last = (await log.lastPosition()) ?? 0n;
  const progress = startProgress({ unit: 'events', total: Number(last) });
  const timer = setInterval(() => {
    progress.update(Number(readModels.position() ?? 0n));
  }, 100);
  try {
    await fold(log, readModels);
  } finally {
    clearInterval(timer);
  }
  progress.finish(Number(last));
  return last;
};

/** Folds what the models have not got yet. */
const fold = async (log: LmdbEventLog<LogEvent>, readModels: ReadModels): Promise<void> => {
  const folding = startBalanceProjector({ log, readModels, logger: createLog('error') });
  try {
    await folding.caughtUp;
  } finally {
    await folding.stop();
  }
};

const pageSize = 1_000;
const shownDifferences = 20;

/** Compares every account both ways; returns how many differ. */
const compare = async (old: ReadModels, rebuilt: ReadModels, last: bigint): Promise<number> => {
  let accounts = 0;
  let differences = 0;
  const differ = (accountId: string, what: string): void => {
    differences += 1;
    if (differences <= shownDifferences) say(`  ${accountId}: ${what}`);
  };
  for await (const partner of allPartners(rebuilt)) {
    accounts += 1;
    const before = old.partner(partner.account.accountId);
    if (before === undefined) differ(partner.account.accountId, 'was missing');
    else if (!isDeepStrictEqual(before, partner)) differ(partner.account.accountId, 'differed');
  }
  for await (const { account } of allPartners(old))
    if (rebuilt.partner(account.accountId) === undefined) differ(account.accountId, 'is not in the log');
  say(
    `${String(accounts)} accounts rebuilt up to position ${String(last)}; ${differences === 0 ? 'all as they were' : `${String(differences)} differed from the old ones`}.`,
  );
  return differences;
};

async function* allPartners(models: ReadModels) {
  for (let after: string | undefined; ;) {
    const { items, next } = await models.partners({ limit: pageSize, ...(after !== undefined && { after }) });
    yield* items;
    if (next === null) return;
    after = next;
  }
}
