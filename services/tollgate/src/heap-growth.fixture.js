// @ts-check
'use strict';

const { join } = require('node:path');
const { getHeapStatistics, setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
// Of the build, which is not there while this is type-checked.
const { tuneHeap } = require(join(__dirname, '../dist/heap-tuning'));

tuneHeap();

const record = (/** @type {number} */ number) => ({ number, more: [number, number + 1, number + 2] });
const held = Array.from({ length: 300_000 }, (_, number) => record(number));

/** What lives as long as requests under way do: long enough to be among what only a collection of everything takes away. */
const lately = Array.from({ length: 300_000 }, (_, number) => record(number));

// A first collection, from which on the limit holds.
setFlagsFromString('--expose-gc');
runInNewContext('gc')();

let most = 0;
let least = Infinity;
for (let number = 0; number < 6_000_000; number += 1) {
  lately[number % lately.length] = record(number);
  if (number % 1_000 > 0) continue;
  const { used_heap_size: used } = getHeapStatistics();
  most = Math.max(most, used);
  least = Math.min(least, used);
}
if (held.length + lately.length !== 600_000) throw new Error('nothing is held');
process.stdout.write(JSON.stringify({ most, least }));
