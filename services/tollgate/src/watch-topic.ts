import { setTimeout as delay } from 'node:timers/promises';
import { PublishError, TopicMissing, withTopic } from '@tollgate/kafka';
import type { Acknowledged, OutgoingMessage, Publisher } from '@tollgate/kafka';
import type { OutputTopicParts } from './output-parts';
import { whyLost } from './read-back';
import { noteIn } from './republish';

/** How often it is looked whether what was acknowledged last is still there. */
const lookEveryMs = 5_000;

/** Publishes, notes what was acknowledged where, and looks from time to time whether the last of it is still there. */
export const watchTopic = ({ client, output, place, logger, mayPublish }: OutputTopicParts, publisher: Publisher) => {
  const isMadeAnew = ({ partition, firstOffset }: Acknowledged): boolean =>
    firstOffset <= (place.marks?.records.get(partition)?.offset ?? -1n);
  const noticed = new AbortController();
  const lose = (reason: string): Error => {
    noticed.abort(reason);
    return new Error(reason);
  };

  const publish = async (messages: OutgoingMessage[]): Promise<void> => {
    noticed.signal.throwIfAborted();
    if (!mayPublish()) throw new PublishError('another process may publish by now');
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
