// @ts-check
'use strict';

const { writeSync } = require('node:fs');
const { openProjectionStore } = require('@tollgate/projection-store');

const standardOutput = 1;
const [path = ''] = process.argv.slice(2);

/** Commits two keys that belong together, for ever, and says each time how far it got. */
const main = async () => {
  const store = await openProjectionStore({ path, version: 1 });
  for (let turn = Number(store.position() ?? 0n) + 1; ; turn += 1) {
    await store.commit({
      puts: [
        ['first', String(turn)],
        ['second', String(turn)],
      ],
      position: BigInt(turn),
    });
    writeSync(standardOutput, `${turn}\n`);
  }
};

void main();
