import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, Position } from '@tollgate/event-store';
import { TopicForbidden, TopicMissing, createPublisher, ensureTopics, withTopic } from '@tollgate/kafka';
import type { Acknowledged, KafkaClient, OutgoingMessage, Publisher } from '@tollgate/kafka';
import { isRetriable } from '@tollgate/service-runtime';
import type { Following, Log, Unacknowledged } from '@tollgate/service-runtime';
import { partitions } from './first-contact';
import { lookAtTopic } from './look-at-topic';
import type { Finding } from './look-at-topic';
import type { Output } from './outputs';
import { whyLost } from './read-back';
import type { RelayPlace } from './relay-position';
import { noteIn, republish } from './republish';
import type { TopicMarks } from './topic-marks';

/** A topic of ours with the relay that fills it. */
export type OutputTopic = {
  /** Resolves when it has stopped on request; rejects if it cannot go on. */
  done: Promise<void>;
  unacknowledged(): Unacknowledged | undefined;
  /** Why nothing is published, and since when: the topic is not known to be what was left of it. */
  held(): Held | undefined;
  stop(): Promise<void>;
};

export type Held = { since: Date; reason: string };

type Parts = {
  client: KafkaClient;
  output: Output;
  log: EventLog<LogEvent>;
  place: RelayPlace;
  logger: Log;
  /** Resolves once the topics that were missing at the start have been created by whoever does that, as far as may be. */
  created: Promise<void>;
};

/** How often it is looked whether what was acknowledged last is still there. */
const lookEveryMs = 5_000;
const backoff = { firstMs: 200, limitMs: 15_000 };

/** Relays to a topic while it holds what was acknowledged. Where it has lost that, it is published again first. */
export const runOutputTopic = (parts: Parts): OutputTopic => {
  const { output, logger } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  const aborted = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve(undefined);
    });
  });
  let held: Held | undefined;
  let relay: Following | undefined;
  const hold = (reason: string): void => {
    const isNew = held?.reason !== reason;
    held = { since: held?.since ?? new Date(), reason };
    const write = isNew ? logger.warn : logger.debug;
    write.call(logger, { topic: output.topic, reason }, `${output.name} relay publishes nothing for now`);
  };
  held = { since: new Date(), reason: `${output.topic} has not been looked at yet` };

  const settled = async (): Promise<boolean> => {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      try {
        const refusal = await Promise.race([settle(parts, signal), aborted]);
        if (refusal === undefined) return !signal.aborted;
        hold(refusal);
      } catch (error) {
        if (!isRetriable(error)) throw error;
        hold(error.message);
      }
      await delay(backoffMs(attempt, backoff), undefined, { signal }).catch(() => undefined);
    }
    return false;
  };

  const publishUntilLost = async (): Promise<string | undefined> => {
    const publisher = createPublisher(parts.client);
    const watch = watchTopic(parts, publisher);
    relay = output.start({ ...parts, store: parts.place, topic: output.topic, publish: watch.publish });
    try {
      return await Promise.race([relay.done.then(() => undefined), watch.lost(signal), aborted]);
    } finally {
      await Promise.all([relay.stop(), publisher.close()]);
      relay = undefined;
    }
  };

  const run = async (): Promise<void> => {
    while (await settled()) {
      held = undefined;
      const reason = await publishUntilLost();
      if (reason !== undefined) hold(reason);
    }
  };

  const done = run();
  done.catch(() => undefined);
  return {
    done,
    unacknowledged: () => relay?.unacknowledged(),
    held: () => held,
    stop: async () => {
      stopping.abort();
      await done.catch(() => undefined);
    },
  };
};

/** Brings the topic to where its relay can go on, or says why that cannot be. */
const settle = async (parts: Parts, signal: AbortSignal): Promise<string | undefined> => {
  const { place } = parts;
  const found = await look(parts);
  if (typeof found !== 'object') return found;
  if (signal.aborted) return undefined;
  if (found.status === 'ahead') return found.reason;
  const through = await reachOf(parts);
  const marks =
    found.status === 'lost' && through !== undefined
      ? await publishAgain(parts, found, { through, signal })
      : found.marks;
  if (marks === undefined) return undefined;
  place.marks = marks;
  if (through !== undefined) place.store(through);
  return undefined;
};

/** How far the topic may be: as far as its relay was, and no further than the log goes. */
const reachOf = async ({ log, place }: Parts): Promise<Position | undefined> => {
  const end = (await log.lastPosition()) ?? 0n;
  const position = place.position();
  return position === undefined || position <= end ? position : end;
};

/** The last message of each partition after that; nothing if it was ended before. */
const publishAgain = async (
  { client, output, log, logger }: Parts,
  { reason, isChosen, marks }: Finding & { status: 'lost' },
  { through, signal }: { through: Position; signal: AbortSignal },
): Promise<TopicMarks | undefined> => {
  const { name, topic } = output;
  logger.warn({ topic, reason }, `${name} relay: its topic has lost messages; they are published again`);
  const again = await republish({ client, output, log, logger, signal }, { isChosen, through });
  if (again === undefined) return undefined;
  const { messages, records } = again;
  logger.warn({ topic, messages }, `${name} relay: what its topic had lost is published again`);
  return { ...marks, records: new Map([...marks.records, ...records]) };
};

/** What became of the topic; a reason to look again; or nothing where the broker does not let us read it. */
const look = async ({ client, output, log, place, logger, created }: Parts): Promise<Finding | string | undefined> => {
  const { topic, compacted } = output;
  const known = { log, output, marks: place.marks, position: place.position() };
  const lookOnce = () => withTopic(client, topic, (reader) => lookAtTopic(reader, known));
  try {
    return await lookOnce().catch(async (error: unknown) => {
      if (!(error instanceof TopicMissing)) throw error;
      await created;
      return lookOnce();
    });
  } catch (error) {
    if (error instanceof TopicMissing) {
      const { refused } = await ensureTopics(client, [{ name: topic, partitions, compacted }]);
      const [refusal] = refused;
      return refusal === undefined
        ? `there was no topic ${topic}; it has been created`
        : `there is no topic ${topic}, and the broker did not let us create it: ${refusal.reason}`;
    }
    if (!(error instanceof TopicForbidden)) throw error;
    logger.warn(
      { topic },
      'The broker does not let us read a topic that we write: if it loses messages, that is not noticed',
    );
    return undefined;
  }
};

/** Publishes, notes what was acknowledged where, and looks from time to time whether the last of it is still there. */
const watchTopic = ({ client, output, place, logger }: Parts, publisher: Publisher) => {
  const isMadeAnew = ({ partition, firstOffset }: Acknowledged): boolean =>
    firstOffset <= (place.marks?.records.get(partition)?.offset ?? -1n);
  const noticed = new AbortController();
  const lose = (reason: string): Error => {
    noticed.abort(reason);
    return new Error(reason);
  };

  const publish = async (messages: OutgoingMessage[]): Promise<void> => {
    noticed.signal.throwIfAborted();
    const acknowledged = await publisher.publish(messages);
    const early = acknowledged.find(isMadeAnew);
    if (early !== undefined)
      throw lose(
        `partition ${String(early.partition)} of ${output.topic} goes on before what was acknowledged: it was made anew`,
      );
    if (place.marks !== undefined) noteIn(place.marks.records, acknowledged);
  };

  const lookOnce = async (): Promise<void> => {
    const { marks } = place;
    if (marks === undefined) return;
    const before = { ...marks, records: new Map(marks.records) };
    const reason = await withTopic(client, output.topic, (reader) =>
      whyLost(reader, before, { expires: !output.compacted }),
    ).catch((error: unknown) => {
      if (error instanceof TopicMissing) return error.message;
      logger.debug(
        { topic: output.topic, error: String(error) },
        'Could not look whether a topic holds what it acknowledged',
      );
      return undefined;
    });
    // What was read back may have been compacted away since, behind a later message of its key.
    const isStill = [...before.records].every(([partition, mark]) => marks.records.get(partition) === mark);
    if (reason !== undefined && isStill) lose(reason);
  };

  const lost = async (signal: AbortSignal): Promise<string | undefined> => {
    const either = AbortSignal.any([signal, noticed.signal]);
    const isOver = (): boolean => either.aborted;
    while (!isOver()) {
      await delay(lookEveryMs, undefined, { signal: either }).catch(() => undefined);
      if (!isOver()) await lookOnce();
    }
    return signal.aborted ? undefined : String(noticed.signal.reason);
  };
  return { publish, lost };
};
