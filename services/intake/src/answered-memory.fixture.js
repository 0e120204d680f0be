// @ts-check
'use strict';

const { join } = require('node:path');
const { setImmediate: nextTurn } = require('node:timers/promises');
const { getHeapSpaceStatistics, setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
// Of the build, which is not there while this is type-checked.
const { createQueue } = require(join(__dirname, '../dist/queue'));

const queue = createQueue();
const metadata = { source: { receivedAt: '', channel: { http: 'r' } } };
const add = () => {
  for (let request = 0; request < 16; request += 1)
    void queue.add([{ intent: { type: 'RejectMessage', data: new Array(100).fill('x') }, metadata }]);
};

/** Of what outlived the collections of what is new. */
const oldBytes = () =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? NaN;

// What waits now is old from here on, and dead soon after.
add();
setFlagsFromString('--expose-gc');
for (let times = 0; times < 2; times += 1) runInNewContext('gc')();

const main = async () => {
  let least = Infinity;
  let most = 0;
  for (let group = 0; group < 20_000; group += 1) {
    const shares = queue.take();
    add();
    queue.answer(shares);
    if (group % 16 > 0) continue;
    await nextTurn();
    least = Math.min(least, oldBytes());
    most = Math.max(most, oldBytes());
  }
  process.stdout.write(String(most - least));
};

void main();
