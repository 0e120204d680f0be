import fc from 'fast-check';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import { diskWith, feed, openTestIndex, spread, wrongAnswers } from './id-index.fixture';
import type { TestId } from './id-index.fixture';
import { IdRunDamaged } from './run-file';

/** A hash of few bits, at the edges of what one gives: collisions everywhere. */
const anEdge = fc.constantFrom(0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff);
const anId = fc.record({ high: fc.oneof(anEdge, fc.nat(0xffff_ffff)), low: anEdge });
const aStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('group' as const), ids: fc.array(anId, { maxLength: 9 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('settle' as const, 'close' as const, 'kill' as const) }) },
);

test('it answers as a map of all ids does, whatever becomes of the process in between', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(aStep, { maxLength: 40 }), async (steps) => {
      const disk = createSimulatedDisk();
      const ids: TestId[] = [];
      let { index, warnings } = await openTestIndex(disk, 0);
      for (const step of steps) {
        if (step.kind === 'group') {
          ids.push(...step.ids);
          feedOn(ids.length - step.ids.length);
        } else if (step.kind === 'settle') await index.settled();
        else {
          if (step.kind === 'close') await index.close();
          else disk.kill();
          ({ index, warnings } = await openTestIndex(disk, ids.length));
          expect(wrongAnswers(index, ids, index.covered())).toEqual([]);
          feed(index, ids, 3);
        }
        expect(wrongAnswers(index, ids)).toEqual([]);
        expect(warnings).toEqual([]);
      }

      function feedOn(start: number): void {
        for (const [offset, { high, low }] of ids.slice(start).entries()) index.add(high, low, start + offset + 1);
        index.through(ids.length);
      }
    }),
    { numRuns: 150 },
  );
});

test('fingerprints that fill several blocks, each of them many times, are all found', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 600, max: 2_500 }),
      async (different, count) => {
        const few = spread(different);
        const ids = Array.from({ length: count }, (_, index) => few[index % different] ?? { high: 0, low: 0 });
        const disk = await diskWith(ids, { tableIds: 250 });
        const { index } = await openTestIndex(disk, count, { tableIds: 250 });
        expect(index.covered()).toBeGreaterThan(count - 254);
        feed(index, ids, 3);
        for (const [offset, { high, low }] of few.entries()) {
          const places = ids.flatMap((_, at) => (at % different === offset ? [at + 1] : []));
          expect(index.places(high, low)).toEqual(places);
        }
      },
    ),
    { numRuns: 20 },
  );
});

test('a byte that changed anywhere gives no wrong answer: what is damaged is dropped, at once or at the next start', async () => {
  const ids = spread(2_000);
  let dropped = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.integer({ min: 0, max: 9_999 }),
      fc.integer({ min: 1, max: 255 }),
      async (which, where, change) => {
        const disk = await diskWith(ids, { tableIds: 300 });
        const folder = disk.folder('account-table');
        const names = folder.names();
        const file = await folder.open(names[which % names.length] ?? '');
        const position = Math.floor((where / 10_000) * file.sizeBytes());
        const byte = new Uint8Array(1);
        file.read(byte, { offset: 0, length: 1, position });
        await file.write(
          byte.map((value) => value ^ change),
          position,
        );
        const { index, warnings } = await openTestIndex(disk, ids.length, { tableIds: 300 });
        const isDropped = index.covered() === 0;
        expect(warnings).toHaveLength(isDropped ? 1 : 0);
        if (isDropped) dropped += 1;
        feed(index, ids, 3);
        try {
          expect(wrongAnswers(index, ids)).toEqual([]);
          await index.settled();
          expect(wrongAnswers(index, ids)).toEqual([]);
        } catch (error) {
          expect(error).toBeInstanceOf(IdRunDamaged);
          expect(() => index.places(1, 1)).toThrow(IdRunDamaged);
          disk.kill();
          const again = await openTestIndex(disk, ids.length, { tableIds: 300 });
          expect([again.index.covered(), again.warnings.length]).toEqual([0, 1]);
          feed(again.index, ids, 3);
          expect(wrongAnswers(again.index, ids)).toEqual([]);
        }
      },
    ),
    { numRuns: 100 },
  );
  expect(dropped).toBeGreaterThan(0);
});
