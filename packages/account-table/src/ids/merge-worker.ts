import { parentPort, workerData } from 'node:worker_threads';
import { openFolder } from '@tollgate/folder';
import { mergeInline } from './merge';
import type { WorkerAnswer, WorkerJob } from './merge-in-worker';
import { IdRunDamaged } from './run-file';

const answerOf = async ({ path, job }: WorkerJob): Promise<WorkerAnswer> => {
  try {
    return { made: await mergeInline(await openFolder(path), job) };
  } catch (error) {
    if (!(error instanceof IdRunDamaged)) throw error;
    return { damaged: { file: error.file, message: error.message } };
  }
};

void answerOf(workerData as WorkerJob).then((answer) => {
  const moved = 'made' in answer ? [...answer.made.filter, answer.made.fences].map(({ buffer }) => buffer) : [];
  parentPort?.postMessage(answer, moved);
});
