import fc from 'fast-check';
import type { TrafficDecision } from '@tollgate/balance';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { openAccountTable } from './index';
import type { AccountTable } from './index';
import { createTestLog, log } from './log.fixture';
import { expectedPartners, expectedDecisions } from './oracle.fixture';
import { createPlayer, everythingIn, next, steps } from './story.fixture';

const start = async (last = 0): Promise<AccountTable> => {
  const table = openAccountTable({ slotsPerPage: 2 });
  await table.start({ ...log, last });
  return table;
};

type Decision = Omit<TrafficDecision, 'decidedAt'>;

const withoutTime = ({ data }: RecordedEvent<LogEvent>): Decision => {
  const { decidedAt: _, ...decision } = data as TrafficDecision;
  return decision;
};

const byAccount = (decisions: readonly Decision[]): Decision[] =>
  decisions.toSorted((one, other) => one.accountId.localeCompare(other.accountId) || one.sequence - other.sequence);

test('any history: accounts, traffic and decisions are those of an independent fold', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      const table = await start();
      const history = createTestLog(table);
      const { play } = createPlayer(table, history);
      for (const step of steps) play(step);
      expect(table.partners({ limit: 1_000 }).items).toEqual(expectedPartners(history.events()));
      const recorded = history
        .events()
        .flatMap((event) => (event.stream.startsWith('cutoff-') ? [withoutTime(event)] : []));
      const made = [...recorded, ...table.pending().map(({ data }) => data)];
      expect(byAccount(made)).toEqual(byAccount(expectedDecisions(history.events())));
    }),
  );
});

test('a replay in groups of any size gives the same table, whatever was described and then refused', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.infiniteStream(fc.integer({ min: 1, max: 50 })), async (steps, sizes) => {
      const table = await start();
      const history = createTestLog(table);
      const { play } = createPlayer(table, history);
      for (const step of steps) play(step);
      const again = await start(history.last());
      history.replay(again, 0, () => next(sizes));
      const streams = new Set(history.events().map(({ stream }) => stream));
      expect(everythingIn(again, streams)).toEqual(everythingIn(table, streams));
    }),
  );
});
