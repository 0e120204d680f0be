import * as fc from 'fast-check';
import { LogUnavailable } from '@tollgate/event-store';
import type { EventBody, RecordedEvent } from '@tollgate/event-store';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import type { DiskCall, DiskFault, SimulatedDisk } from '@tollgate/folder/simulated';
import type { FileEventLog } from './index';
import { openLog, payment, readAll, withLog } from './log-folder.fixture';

const streams = ['account-a', 'account-b', 'cutoff-a', 'other'];

/** One life of the process: so many turns of the disk until it ends, and how often something fails. */
type Life = { turns: number; ends: 'kill' | 'failPower'; faults: number; sizes: number[] };

const life: fc.Arbitrary<Life> = fc.record({
  turns: fc.integer({ min: 0, max: 60 }),
  ends: fc.constantFrom('kill', 'failPower'),
  faults: fc.constantFrom(0, 0, 0.1, 0.5),
  sizes: fc.array(fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 9_000 })), { minLength: 1, maxLength: 8 }),
});

/** Everything that chance decides comes from one seed. */
const createRandom = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

type World = {
  disk: SimulatedDisk;
  random(): number;
  /** Lets a process run, until its life is over or it ends by itself. */
  live(life: Life, process: Promise<void>): Promise<void>;
};

const createWorld = (seed: number): World => {
  const random = createRandom(seed);
  let turnsLeft = Infinity;
  let over = (): void => undefined;
  let faults = 0;
  const fault = ({ kind }: DiskCall): DiskFault | undefined =>
    kind !== 'open' && random() < faults ? { code: random() < 0.5 ? 'EIO' : 'ENOSPC' } : undefined;
  const turn = async (): Promise<void> => {
    turnsLeft -= 1;
    if (turnsLeft < 0) over();
    await new Promise(setImmediate);
  };
  const disk = createSimulatedDisk({ random, turn, fault });
  return {
    disk,
    random,
    live: async ({ turns, ends, ...rest }, process) => {
      const isOver = new Promise<void>((resolve) => (over = resolve));
      turnsLeft = turns;
      faults = rest.faults;
      await Promise.race([isOver, process]);
      disk[ends]();
      turnsLeft = Infinity;
      faults = 0;
      over = () => undefined;
    },
  };
};

const segmentBytes = 5_000;

/** Appends to every stream at once, again and again, and notes what was acknowledged and what was refused. */
const append = async (world: World, { sizes }: Life, notes: Notes): Promise<void> => {
  const log = await openLog(world.disk.folder('log'), { segmentBytes });
  let isStuck = false;
  log.done.catch(() => (isStuck = true));
  for (let turn = 0; !isEnded(isStuck); turn += 1)
    await Promise.all(streams.map((stream) => appendTo(log, { stream, sizes, turn, notes, world })));
};

const isEnded = (isStuck: boolean): boolean => isStuck;

type Notes = { acknowledged: Map<string, bigint>; refused: Set<string>; count: number };
type Appended = { stream: string; sizes: number[]; turn: number; notes: Notes; world: World };

const appendTo = async (log: FileEventLog<EventBody>, { stream, sizes, turn, notes }: Appended): Promise<void> => {
  const head = (await log.readStream(stream, { limit: 10_000 })).at(-1)?.revision ?? -1;
  const ids = [0, 1].map(() => `e${String((notes.count += 1))}`);
  const events = ids.map((id) => payment(id, 'é'.repeat(sizes[turn % sizes.length] ?? 0)));
  try {
    const [result] = await log.append([{ stream, expectedRevision: head, events }]);
    if (result?.status === 'recorded')
      ids.forEach((id, index) => notes.acknowledged.set(id, result.positions[index] ?? 0n));
  } catch (error) {
    if (!(error instanceof LogUnavailable)) throw error;
    for (const id of ids) notes.refused.add(id);
  }
};

const revisionsOf = (all: readonly RecordedEvent<EventBody>[], stream: string) =>
  all.filter((event) => event.stream === stream).map(({ revision }) => revision);

const checkWhole = (all: readonly RecordedEvent<EventBody>[], { acknowledged, refused }: Notes): void => {
  const positions = new Map(all.map(({ eventId, position }) => [eventId, position]));
  expect(positions.size).toBe(all.length);
  expect([...acknowledged].filter(([id, position]) => positions.get(id) !== position)).toEqual([]);
  expect([...refused].filter((id) => positions.has(id))).toEqual([]);
  expect(all.map(({ position }) => Number(position))).toEqual(all.map((_, index) => index + 1));
  for (const stream of streams) {
    const revisions = revisionsOf(all, stream);
    expect(revisions).toEqual(revisions.map((_, index) => index));
    expect(revisions.length % 2).toBe(0);
  }
};

test('whenever the process or the machine fails, and whatever fails on the disk, nothing acknowledged is lost and nothing refused is recorded', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 6 }), fc.nat(), async (lives, seed) => {
      const world = createWorld(seed);
      const notes: Notes = { acknowledged: new Map(), refused: new Set(), count: 0 };
      for (const one of lives) {
        let failure: unknown;
        const process = append(world, one, notes).catch((error: unknown) => {
          failure = error;
        });
        await world.live(one, process);
        // A log that is stuck, or cannot be opened on a failing disk, ends its process.
        if (failure !== undefined) expect(one.faults).toBeGreaterThan(0);
        await withLog(world.disk.folder('log'), async (log) => {
          checkWhole(await readAll(log), notes);
        });
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);
