import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { openFolderReadOnly } from '@tollgate/folder';
import type { LeafBatch } from './leaves';
import type { LeafJob, ToThread } from './leaves-in-thread';
import { openLeafReader } from './read-leaves';

/** Below every other thread of the machine: where there is too little CPU, records have it and the tree lags. */
const belowOthers = 10;

const { path, place, size } = workerData as LeafJob;
const reader = openLeafReader(openFolderReadOnly(path), { place, size });
// On Linux this is the priority of the thread that asks.
if (process.platform === 'linux') setPriority(0, belowOthers);

let last = place;
let wake = (): void => undefined;
let isTaken = true;
parentPort?.on('message', (message: ToThread) => {
  if (message === 'taken') isTaken = true;
  else last = message.last;
  wake();
});
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo())
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
};

/** One batch is on its way while the next is made. */
const send = async (batch: LeafBatch): Promise<void> => {
  await until(() => isTaken);
  isTaken = false;
  parentPort?.postMessage(batch);
};

const run = async (): Promise<void> => {
  for (let read = place; ;) {
    await until(() => last > read);
    const upTo = last;
    for await (const batch of reader.through(upTo)) await send(batch);
    read = upTo;
  }
};

void run();
