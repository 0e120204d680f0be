import fc from 'fast-check';
import { balanceTexts, directions } from './index';
import { history } from './history.fixture';
import { expectedBalances, expectedBlockers } from './oracle.fixture';
import { judge, unjudged } from './one-row.fixture';
import type { Judgement } from './one-row.fixture';
import { acknowledgeAll, decidedAt, play, recorded } from './story.fixture';

/** The judgement after each event of a history, the first being before any. */
const judgements = (events: ReturnType<typeof recorded>): Judgement[] =>
  events.reduce<Judgement[]>(
    (all, event) => [...all, judge(all.at(-1) ?? unjudged, event, decidedAt).after],
    [unjudged],
  );

test('a replay of the same log gives the same state and the same decisions', () => {
  fc.assert(fc.property(history, (events) => expect(play(structuredClone(events))).toEqual(play(events))));
});

test('a direction is blocked exactly when a balance that guards it is exhausted, after every event', () => {
  fc.assert(
    fc.property(history, (events) => {
      judgements(recorded(events))
        .slice(1)
        .forEach(({ traffic }, index) => {
          const blockers = expectedBlockers(events.slice(0, index + 1));
          for (const direction of directions)
            expect(traffic[direction]).toBe(blockers[direction].length > 0 ? 'blocked' : 'open');
        });
    }),
  );
});

test('the balances are the sum of the log, to the last digit, by an independent decimal library', () => {
  fc.assert(
    fc.property(history, (events) => {
      const { account } = play(events).judgement;
      const { inbound, outbound, mutual } = expectedBalances(events);
      expect(account && balanceTexts(account)).toEqual({
        inbound: inbound.plus(0).toFixed(),
        outbound: outbound.plus(0).toFixed(),
        mutual: mutual.plus(0).toFixed(),
      });
    }),
  );
});

test('decisions are edges: each turns its direction, names what is exhausted then, and stands where its cause stands', () => {
  fc.assert(
    fc.property(history, (events) => {
      const state = { inbound: 'open', outbound: 'open' };
      for (const { type, data } of play(events).decisions) {
        const next = type === 'TrafficBlocked' ? 'blocked' : 'open';
        expect(next).not.toBe(state[data.direction]);
        state[data.direction] = next;
        expect(data.cause.type).toBe(events[data.cause.revision]?.type);
        expect(data.exhausted).toEqual(expectedBlockers(events.slice(0, data.cause.revision + 1))[data.direction]);
      }
    }),
  );
});

test('sequences begin at 1 and have no gap, and causes never go back', () => {
  fc.assert(
    fc.property(history, (events) => {
      const { decisions } = play(events);
      expect(decisions.map(({ data }) => data.sequence)).toEqual(decisions.map((_, index) => index + 1));
      const causes = decisions.map(({ data }) => data.cause.revision);
      expect(causes).toEqual(causes.toSorted((one, other) => one - other));
    }),
  );
});

test('judging from any checkpoint, with all decisions in the log acknowledged, makes the same decisions as one run', () => {
  fc.assert(
    fc.property(history, fc.nat(), fc.nat(), (events, checkpoint, reached) => {
      const all = recorded(events);
      const whole = play(events);
      const saved = judgements(all)[checkpoint % (all.length + 1)] ?? unjudged;
      const until = Math.max(checkpoint % (all.length + 1), reached % (all.length + 1));
      const logged = whole.decisions.filter(({ data }) => data.cause.revision < until);
      const resumed = all.slice(checkpoint % (all.length + 1)).reduce(
        ({ judgement, decisions }, event) => {
          const next = judge(judgement, event, decidedAt);
          return { judgement: next.after, decisions: [...decisions, ...next.decisions] };
        },
        { judgement: acknowledgeAll(saved, logged.slice(saved.sequence)), decisions: logged },
      );
      expect(resumed.decisions).toEqual(whole.decisions);
      expect(resumed.judgement).toEqual(whole.judgement);
    }),
  );
});
