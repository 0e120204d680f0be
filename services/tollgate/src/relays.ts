import type { AccountTable } from '@tollgate/account-table';
import type { LogEvent, Topics } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import type { KafkaClient } from '@tollgate/kafka';
import type { Folder } from '@tollgate/folder';
import type { Log, Unacknowledged } from '@tollgate/service-runtime';
import { runOutputTopic } from './output-topic';
import type { OutputTopic } from './output-topic';
import type { SharedLog } from './foundation';
import { outputsOf } from './outputs';
import type { OutputName } from './outputs';
import { publisherGroupOf, runElected } from './publishers';
import type { OwnOutput } from './publishers';
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
  table: AccountTable;
  /** Where the relays keep how far they have come. */
  folder: Folder;
  logger: Log;
  created: Promise<void>;
  /** Where other processes may publish from the same log, one of them is elected. */
  shared: SharedLog | undefined;
};

/** Publishes both topics: alone, or while this process is the one that is elected. */
export const startRelays = async ({ topics, folder, shared, ...parts }: Parts): Promise<Relays> => {
  const outputs = outputsOf(topics);
  const own = async (name: OutputName): Promise<OwnOutput> => ({
    output: outputs[name],
    own: await openRelayPosition(folder, name),
  });
  const both = [await own('traffic-control'), await own('rejected')] as const;
  const started =
    shared === undefined
      ? both.map(({ output, own: place }) => runOutputTopic({ ...parts, output, place, mayPublish: () => true }))
      : runElected(both, { ...parts, shared, groupId: publisherGroupOf(topics, shared) });
  const [trafficControl, rejected] = started;
  if (trafficControl === undefined || rejected === undefined) throw new Error('there are two topics to publish');
  return {
    running: { 'traffic-control': trafficControl, rejected },
    stop: async () => {
      await Promise.all([trafficControl.stop(), rejected.stop()]);
      for (const one of both) one.own.close();
    },
  };
};

/** A broker in good health acknowledges within milliseconds. */
const patienceMs = 5_000;

type Waiting = Pick<OutputTopic, 'unacknowledged' | 'held' | 'standing'>;

/** Seconds for which messages have waited for the broker, or the relay for its topic; 0 when none does. */
export const waitingSeconds = ({ unacknowledged, held }: Waiting, now: Date): number =>
  secondsSince(held() ?? unacknowledged(), now);

const secondsSince = (waiting: { since: Date } | undefined, now: Date): number =>
  waiting === undefined ? 0 : Math.max(0, now.getTime() - waiting.since.getTime()) / 1_000;

/**
 * Not ready while the topic is not known to be what was left of it, from the first attempt that fails until one succeeds, and while the
 * broker takes too long over one.
 */
export const relayReadiness = (
  { unacknowledged, held, standing }: Waiting,
  now: Date,
): { isReady: boolean; detail: string } => {
  const hold = held();
  if (hold !== undefined)
    return { isReady: false, detail: `nothing is published since ${hold.since.toISOString()}: ${hold.reason}` };
  if (standing() === 'stands by')
    return { isReady: true, detail: 'stands by: another process of this ledger publishes' };
  const waiting: Unacknowledged | undefined = unacknowledged();
  if (waiting === undefined) return { isReady: true, detail: 'nothing waits' };
  const { messages, since, reason } = waiting;
  const count = `${String(messages)} message${messages === 1 ? '' : 's'}`;
  return {
    isReady: reason === undefined && secondsSince(waiting, now) * 1_000 <= patienceMs,
    detail: `${count}, and any later ones, not acknowledged since ${since.toISOString()}: ${reason ?? 'the broker has not answered yet'}`,
  };
};
