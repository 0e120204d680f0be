import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { LeafBatch, LeafFollowing, LeafPlace, LeafSource } from './leaves';

/** What the thread is started with: it opens the folder of the log by its path. */
export type LeafJob = { path: string; place: number; size: number };

/** To the thread: how far the log is durable, and that the last batch was taken. */
export type ToThread = { last: number } | 'taken';

/** Of the log of this process, whose folder the thread reads. */
type Parts = { path: string; lastPosition(): Promise<bigint | undefined>; clock: () => Date };

/** Batches end in the middle of a block but once in so long, which then is hashed a second time. */
const askEveryMs = 200;

/** By a thread of their own that reads the files of the log, so that records do not wait for them. */
export const createLeavesInThread =
  (script: string) =>
  ({ path, lastPosition, clock }: Parts): LeafSource =>
  (from, take) => {
    const worker = new Worker(script, { workerData: jobOf(path, from) });
    let last = from.position ?? 0n;
    let taken = last;
    let behindSince: Date | undefined = clock();
    let isStopping = false;

    const ask = async (): Promise<void> => {
      last = (await lastPosition()) ?? 0n;
      if (taken < last) {
        behindSince ??= clock();
        worker.postMessage({ last: Number(last) } satisfies ToThread);
      } else behindSince = undefined;
    };
    const timer = setInterval(() => void ask(), askEveryMs);
    void ask();

    const done = endOf(worker, {
      isStopping: () => isStopping,
      take: async (batch) => {
        await take(batch);
        taken = batch.position;
        if (taken >= last) behindSince = undefined;
        worker.postMessage('taken' satisfies ToThread);
      },
    });
    return following({
      isCaughtUp: () => behindSince === undefined,
      behindSince: () => behindSince,
      done,
      stop: async () => {
        isStopping = true;
        clearInterval(timer);
        await worker.terminate();
        await done.catch(() => undefined);
      },
    });
  };

const following = (parts: LeafFollowing): LeafFollowing => {
  parts.done.catch(() => undefined);
  return parts;
};

const jobOf = (path: string, { size, position }: LeafPlace): LeafJob => ({ path, size, place: Number(position ?? 0n) });

type Taking = { isStopping(): boolean; take(batch: LeafBatch): Promise<void> };

/** Resolves once the thread was stopped and its last batch taken; rejects where it ended by itself. */
const endOf = (worker: Worker, { isStopping, take }: Taking): Promise<void> => {
  let taking = Promise.resolve();
  return new Promise<void>((resolve, reject) => {
    worker.on('message', (batch: LeafBatch) => {
      taking = take(batch);
      taking.catch(reject);
    });
    worker.once('error', reject);
    worker.once('exit', (code) => {
      if (isStopping()) taking.then(resolve, reject);
      else reject(new Error(`the thread that hashes the log ended with code ${String(code)}`));
    });
  });
};

export const leavesInThread = createLeavesInThread(join(__dirname, 'leaf-thread.js'));
