import type { LogEvent, Topics } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import type { KafkaClient } from '@tollgate/kafka';
import type { Folder } from '@tollgate/folder';
import type { Log, Unacknowledged } from '@tollgate/service-runtime';
import { runOutputTopic } from './output-topic';
import type { OutputTopic } from './output-topic';
import { outputsOf } from './outputs';
import type { Output, OutputName } from './outputs';
import { openRelayPosition } from './relay-position';

/** What is published, by the name of its topic. */
export type Relays = {
  running: Record<OutputName, OutputTopic>;
  stop(): Promise<void>;
};

type Parts = {
  client: KafkaClient;
  topics: Topics;
  log: EventLog<LogEvent>;
  /** Where the relays keep how far they have come. */
  folder: Folder;
  logger: Log;
  created: Promise<void>;
};

export const startRelays = async ({ topics, folder, ...parts }: Parts): Promise<Relays> => {
  const startOne = async (output: Output) => {
    const place = await openRelayPosition(folder, output.name);
    const running = runOutputTopic({ ...parts, output, place });
    const stop = async (): Promise<void> => {
      await running.stop();
      place.close();
    };
    return { running, stop };
  };
  const outputs = outputsOf(topics);
  const trafficControl = await startOne(outputs['traffic-control']);
  const rejected = await startOne(outputs.rejected);
  return {
    running: { 'traffic-control': trafficControl.running, rejected: rejected.running },
    stop: async () => {
      await Promise.all([trafficControl.stop(), rejected.stop()]);
    },
  };
};

/** A broker in good health acknowledges within milliseconds. */
const patienceMs = 5_000;

type Waiting = Pick<OutputTopic, 'unacknowledged' | 'held'>;

/** Seconds for which messages have waited for the broker, or the relay for its topic; 0 when none does. */
export const waitingSeconds = ({ unacknowledged, held }: Waiting, now: Date): number =>
  secondsSince(held() ?? unacknowledged(), now);

const secondsSince = (waiting: { since: Date } | undefined, now: Date): number =>
  waiting === undefined ? 0 : Math.max(0, now.getTime() - waiting.since.getTime()) / 1_000;

/**
 * Not ready while the topic is not known to be what was left of it, from the first attempt that fails until one succeeds, and while the
 * broker takes too long over one.
 */
export const relayReadiness = ({ unacknowledged, held }: Waiting, now: Date): { isReady: boolean; detail: string } => {
  const hold = held();
  if (hold !== undefined)
    return { isReady: false, detail: `nothing is published since ${hold.since.toISOString()}: ${hold.reason}` };
  const waiting: Unacknowledged | undefined = unacknowledged();
  if (waiting === undefined) return { isReady: true, detail: 'nothing waits' };
  const { messages, since, reason } = waiting;
  const count = `${String(messages)} message${messages === 1 ? '' : 's'}`;
  return {
    isReady: reason === undefined && secondsSince(waiting, now) * 1_000 <= patienceMs,
    detail: `${count}, and any later ones, not acknowledged since ${since.toISOString()}: ${reason ?? 'the broker has not answered yet'}`,
  };
};
