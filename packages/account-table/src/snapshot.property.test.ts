import fc from 'fast-check';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import type { SimulatedDisk } from '@tollgate/folder/simulated';
import { mergeInline } from './ids';
import { openAccountTable } from './index';
import type { AccountTable } from './index';
import { createTestLog, log } from './log.fixture';
import type { TestLog } from './log.fixture';
import { createPlayer, everythingIn, next, steps } from './story.fixture';

/** Turns of the disk that pass before the next step. */
const pauses = fc.infiniteStream(fc.constantFrom(0, 0, 1, 2, 3, 5, 20));

const open = async (disk: SimulatedDisk, last: number): Promise<{ table: AccountTable; from: number }> => {
  const table = openAccountTable({
    folder: disk.folder('account-table'),
    slotsPerPage: 2,
    snapshotEvents: 3,
    ids: { merge: mergeInline, tableIds: 16 },
  });
  return { table, from: await table.start({ ...log, last }) };
};

const fromNothing = async (history: TestLog): Promise<AccountTable> => {
  const table = openAccountTable();
  await table.start({ ...log, last: history.last() });
  history.replay(table, 0, () => 7);
  return table;
};

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
};

test('what a snapshot in slices kept, with what follows in the log, is what folding everything gives, whenever the process ends', async () => {
  const kept: number[] = [];
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 1, maxLength: 3 }), pauses, async (lives, pauses) => {
      const disk = createSimulatedDisk({ turn: () => new Promise(setImmediate) });
      let { table } = await open(disk, 0);
      const history = createTestLog(table);
      const { play, ask } = createPlayer(table, history);
      for (const life of lives) {
        for (const step of life) {
          play(step);
          await turns(next(pauses));
        }
        disk.kill();
        let from: number;
        ({ table, from } = await open(disk, history.last()));
        kept.push(from);
        history.replay(table, from, () => 1 + next(pauses));
        const streams = new Set(history.events().map(({ stream }) => stream));
        expect(everythingIn(table, streams)).toEqual(everythingIn(await fromNothing(history), streams));
        history.feed(table);
        ask(table);
      }
    }),
  );
  expect(kept.filter((place) => place > 0).length).toBeGreaterThan(kept.length / 8);
}, 60_000);
