import type { LogEvent, Topics } from '@tollgate/contracts';
import { startTrafficRelay } from '@tollgate/cutoff-projector';
import type { EventLog } from '@tollgate/event-store';
import { startRejectedRelay } from '@tollgate/intake';
import { createPublisher } from '@tollgate/kafka';
import type { KafkaClient } from '@tollgate/kafka';
import type { Folder } from '@tollgate/folder';
import type { Following, Log, Unacknowledged } from '@tollgate/service-runtime';
import { openRelayPosition } from './relay-position';

/** What is published, by the name of its topic. */
export type Relays = {
  running: Record<'traffic-control' | 'rejected', Following>;
  stop(): Promise<void>;
};

type Parts = {
  client: KafkaClient;
  topics: Topics;
  log: EventLog<LogEvent>;
  /** Where the relays keep how far they have come. */
  folder: Folder;
  logger: Log;
};

export const startRelays = async ({ client, topics, log, folder, logger }: Parts): Promise<Relays> => {
  const startOne = async (name: keyof Relays['running'], topic: string, start: typeof startTrafficRelay) => {
    const store = await openRelayPosition(folder, name);
    const publisher = createPublisher(client);
    const relay = start({ log, store, topic, publish: publisher.publish, logger });
    const stop = async (): Promise<void> => {
      await Promise.all([relay.stop(), publisher.close()]);
      store.close();
    };
    return { relay, stop };
  };
  const trafficControl = await startOne('traffic-control', topics.trafficControl, startTrafficRelay);
  const rejected = await startOne('rejected', topics.rejected, startRejectedRelay);
  return {
    running: { 'traffic-control': trafficControl.relay, rejected: rejected.relay },
    stop: async () => {
      await Promise.all([trafficControl.stop(), rejected.stop()]);
    },
  };
};

/** A broker in good health acknowledges within milliseconds. */
const patienceMs = 5_000;

/** Seconds for which messages have waited for the broker; 0 when none does. */
export const waitingSeconds = (waiting: Unacknowledged | undefined, now: Date): number =>
  waiting === undefined ? 0 : Math.max(0, now.getTime() - waiting.since.getTime()) / 1_000;

/** Not ready from the first attempt that fails until one succeeds, and while the broker takes too long over one. */
export const relayReadiness = (
  waiting: Unacknowledged | undefined,
  now: Date,
): { isReady: boolean; detail: string } => {
  if (waiting === undefined) return { isReady: true, detail: 'nothing waits' };
  const { messages, since, reason } = waiting;
  const count = `${String(messages)} message${messages === 1 ? '' : 's'}`;
  return {
    isReady: reason === undefined && waitingSeconds(waiting, now) * 1_000 <= patienceMs,
    detail: `${count}, and any later ones, not acknowledged since ${since.toISOString()}: ${reason ?? 'the broker has not answered yet'}`,
  };
};
