import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Merge, MergeJob } from './merge';
import { IdRunDamaged } from './run-file';
import type { RunParts } from './run-file';

/** What the thread is started with: it opens the folder by its path. */
export type WorkerJob = { path: string; job: MergeJob };

export type WorkerAnswer = { made: RunParts } | { damaged: { file: string; message: string } };

/** A thread for each merge: it lives a second or so, and its memory goes with it. Only for folders of this machine. */
export const createMergeInWorker =
  (script: string): Merge =>
  ({ path }, job) =>
    new Promise((resolve, reject) => {
      const workerData: WorkerJob = { path, job };
      const worker = new Worker(script, { workerData });
      worker.once('message', (answer: WorkerAnswer) => {
        if ('made' in answer) resolve(answer.made);
        else reject(new IdRunDamaged(answer.damaged.file, answer.damaged.message));
      });
      worker.once('error', reject);
      worker.once('exit', (code) => {
        reject(new Error(`the thread that merges ids ended with code ${code}`));
      });
    });

export const mergeInWorker = createMergeInWorker(join(__dirname, 'merge-worker.js'));
