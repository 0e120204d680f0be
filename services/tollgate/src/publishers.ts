import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { Topics } from '@tollgate/contracts';
import { runElection } from '@tollgate/kafka';
import type { Election, Term } from '@tollgate/kafka';
import type { SharedLog } from './foundation';
import { openGroupPlace } from './group-place';
import type { GroupPlace } from './group-place';
import { runOutputTopic } from './output-topic';
import type { OutputTopicParts } from './output-parts';
import type { Held, OutputTopic, Standing } from './output-topic';
import type { Output } from './outputs';
import type { RelayPlace } from './relay-position';
import { untilAborted } from './until-aborted';

/** The consumer group by which the publishers of one ledger elect who writes to its topics. */
export const publisherGroupOf = ({ trafficControl }: Pick<Topics, 'trafficControl'>, { ledger }: SharedLog): string =>
  `${trafficControl}.publishers-${ledger}`;

/** An output of this process, and what it knows by itself of how far that was published. */
export type OwnOutput = { output: Output; own: RelayPlace };

type Parts = Omit<OutputTopicParts, 'output' | 'place' | 'mayPublish'> & { groupId: string; shared: SharedLog };

const backoff = { firstMs: 200, limitMs: 5_000 };

/** Publishes while the group of all publishers of a ledger has chosen this process, and stands by otherwise. Stopping one stops all. */
export const runElected = (outputs: readonly [OwnOutput, ...OwnOutput[]], parts: Parts): OutputTopic[] => {
  const { client, groupId, logger } = parts;
  const [first, ...others] = outputs;
  const candidates = outputs.map((one) => createCandidate(one, parts));
  const election = runElection(client, {
    groupId,
    topics: [first.output.topic, ...others.map(({ output }) => output.topic)],
    onElected: async (term) => {
      logger.info({ groupId }, 'This process publishes from now on');
      await Promise.all(candidates.map(({ serve }) => serve(term)));
      logger.info({ groupId }, 'This process publishes no longer');
    },
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= election.stop());
  return candidates.map((candidate) => ({
    done: candidate.done,
    unacknowledged: candidate.unacknowledged,
    held: () => heldIn(election, candidate.held),
    standing: () => standingOf(election),
    stop,
  }));
};

const standingOf = (election: Election): Standing => {
  const state = election.state();
  return state === 'elected' ? 'active' : state;
};

const heldIn = (election: Election, held: () => Held | undefined): Held | undefined => {
  switch (election.state()) {
    case 'elected':
      return held();
    case 'stands by':
      return undefined;
    case 'apart':
      return election.apart();
  }
};

/** One output, term after term. */
const createCandidate = ({ output, own }: OwnOutput, parts: Parts) => {
  const { shared, logger } = parts;
  const unknown = `how far ${output.topic} was published is not known yet`;
  let running: OutputTopic | undefined;
  let held: Held = { since: new Date(), reason: unknown };
  let fail: (error: unknown) => void = () => undefined;
  const done = new Promise<void>((_, reject) => {
    fail = reject;
  });
  done.catch(() => undefined);

  const placeIn = async (term: Term): Promise<GroupPlace | undefined> => {
    held = { since: new Date(), reason: unknown };
    for (let attempt = 0; !term.signal.aborted; attempt += 1)
      try {
        return await openGroupPlace({ term, topic: output.topic, own, shared, logger });
      } catch (error) {
        held = { ...held, reason: `${unknown}: ${error instanceof Error ? error.message : String(error)}` };
        await delay(backoffMs(attempt, backoff), undefined, { signal: term.signal }).catch(() => undefined);
      }
    return undefined;
  };

  const serve = async (term: Term): Promise<void> => {
    const place = await placeIn(term);
    if (place === undefined) return;
    running = runOutputTopic({ ...parts, output, place, mayPublish: term.isSure });
    await Promise.race([running.done, untilAborted(term.signal)]).catch(fail);
    await running.stop();
    running = undefined;
    await place.settled();
  };
  return {
    done,
    serve,
    unacknowledged: () => running?.unacknowledged(),
    held: () => (running === undefined ? held : running.held()),
  };
};
