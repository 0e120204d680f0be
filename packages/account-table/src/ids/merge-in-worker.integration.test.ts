import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolder } from '@tollgate/folder';
import { openIdIndex } from './id-index';
import { feed, ledger, spread, wrongAnswers } from './id-index.fixture';
import { createMergeInWorker } from './merge-in-worker';
import { IdRunDamaged } from './run-file';

const compiled = join(__dirname, '../../dist/ids');
const mergeInWorker = createMergeInWorker(join(compiled, 'merge-worker.js'));
const ids = spread(30_000);

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'ids-'));
});
afterEach(() => rm(path, { recursive: true }));

const open = async (merge = mergeInWorker) => {
  const warnings: string[] = [];
  const onWarning = (message: string): void => {
    warnings.push(message);
  };
  const options = { ledger, last: ids.length, tableIds: 4_000, merge, onWarning };
  return { index: await openIdIndex({ folder: await openFolder(path), ...options }), warnings };
};

test('a thread of its own merges what fills up, while all of it is found', async () => {
  const { index, warnings } = await open();
  feed(index, ids, 100);
  expect(wrongAnswers(index, ids)).toEqual([]);
  await index.settled();
  expect(index.covered()).toBe(28_000);
  expect(wrongAnswers(index, ids)).toEqual([]);
  await index.close();
  const again = await open();
  expect(again.index.covered()).toBe(28_000);
  expect(wrongAnswers(again.index, ids, 28_000)).toEqual([]);
  expect([warnings, again.warnings]).toEqual([[], []]);
  await again.index.close();
});

test('a thread that cannot be started, or ends, leaves all in memory, with a warning', async () => {
  const { index, warnings } = await open(createMergeInWorker(join(compiled, 'no-such-file.js')));
  feed(index, ids, 100);
  await index.settled();
  expect(index.covered()).toBe(0);
  expect(wrongAnswers(index, ids)).toEqual([]);
  expect(warnings).toEqual([expect.stringContaining('no-such-file')]);
  await index.close();
});

test('a damaged run that the thread meets is known by its name', async () => {
  const { index } = await open();
  feed(index, ids.slice(0, 4_000), 100);
  await index.settled();
  const name = (await readdir(path)).find((one) => one.startsWith('ids-')) ?? '';
  const file = await (await openFolder(path)).open(name);
  await file.write(Uint8Array.of(1, 2, 3, 4), 5_000);
  file.close();
  for (const [offset, { high, low }] of ids.slice(0, 8_000).entries()) index.add(high, low, offset + 1);
  index.through(8_000);
  await index.settled();
  expect(() => index.places(1, 1)).toThrow(IdRunDamaged);
  await index.close();
});

test('the compiled index finds the compiled thread by itself', () => {
  const script = `
    const { openFolder } = require('@tollgate/folder');
    const { openIdIndex } = require(${JSON.stringify(join(compiled, 'index.js'))});
    const onWarning = (message) => { throw new Error(message); };
    (async () => {
      const folder = await openFolder(${JSON.stringify(path)});
      const index = await openIdIndex({ folder, ledger: 'l', last: 0, tableIds: 10, onWarning });
      for (let place = 1; place <= 25; place += 1) { index.add(place * 1e8, place, place); index.through(place); }
      await index.settled();
      console.log(index.covered(), index.places(3e8, 3));
      await index.close();
    })();`;
  expect(execFileSync(process.execPath, ['-e', script], { cwd: __dirname }).toString()).toBe('20 [ 3 ]\n');
});
