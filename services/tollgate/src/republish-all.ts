import { trafficMessage } from '@tollgate/cutoff-projector';
import type { Position } from '@tollgate/event-store';
import { withTopic } from '@tollgate/kafka';
import { recordedIn } from './command-comparison';
import { lookAtTopic } from './look-at-topic';
import type { RelayPlace } from './relay-position';
import { republish } from './republish';
import type { RepublishParts } from './republish';

/**
 * Publishes again what a relay has published: the last message of each key where the topic is compacted, all of them otherwise.
 * Resolves with how many. Refuses a topic that is ahead of the log.
 */
export const republishAll = async (parts: Omit<RepublishParts, 'signal'> & { place: RelayPlace }): Promise<number> => {
  const { client, output, log, place } = parts;
  const known = { log, output, marks: place.marks, seen: place.seen, position: place.position() };
  const found = await withTopic(client, output.topic, (reader) => lookAtTopic(reader, known));
  if (found.status === 'ahead') throw new Error(found.reason);
  const end = (await log.lastPosition()) ?? 0n;
  const stored = place.position() ?? 0n;
  const through = stored < end ? stored : end;
  const last = output.compacted ? await lastOfKeys(parts, through) : undefined;
  const { signal } = new AbortController();
  const done = await republish(
    { ...parts, signal },
    {
      isChosen: ({ position }) => (last === undefined ? position <= through : last.has(position)),
      through,
    },
  );
  if (done === undefined) return 0;
  if (place.position() !== undefined) {
    place.marks = { ...found.marks, records: new Map([...found.marks.records, ...done.records]) };
    place.store(through);
  }
  return done.messages;
};

const lastOfKeys = async (
  { log, output }: Pick<RepublishParts, 'log' | 'output'>,
  through: Position,
): Promise<Set<Position>> => {
  const last = new Map<string, Position>();
  for await (const events of recordedIn(log, output.prefix))
    for (const event of events) {
      const message = trafficMessage(event, output.topic);
      if (message !== undefined && event.position <= through) last.set(message.key, event.position);
    }
  return new Set(last.values());
};
