import { randomUUID } from 'node:crypto';
import type { AccountTable } from '@tollgate/account-table';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import { createMessageHandler, openLostInput } from '@tollgate/intake';
import type { Gaps, Ledger } from '@tollgate/intake';
import { runConsumer } from '@tollgate/kafka';
import type { LostRange, RunningConsumer } from '@tollgate/kafka';
import type { Folder } from '@tollgate/folder';
import type { Log } from '@tollgate/service-runtime';
import { createCommitNotes, logPositionIn } from './commit-notes';
import { openCommitStore } from './commit-store';
import { partitions } from './first-contact';
import type { SharedLog } from './foundation';
import type { KafkaConnection } from './kafka-connection';
import type { Settings } from './settings';

/** Reads payments and usage from Kafka, as a member of the ledger's consumer group. */
export type InputConsumer = {
  readiness(): { isReady: boolean; detail: string };
  /** Where messages were lost before they could be read, as far back as the log tells. */
  gaps(): Gaps[];
  /** Hands over nothing more, and finishes what was handed over. */
  stop(): Promise<void>;
  close(): void;
};

export type InputConsumerParts = {
  settings: Settings;
  kafka: KafkaConnection;
  log: EventLog<LogEvent>;
  shared: SharedLog | undefined;
  ledger: Ledger;
  table: AccountTable;
  relays: Folder;
  clock: () => Date;
  logger: Log;
};

export const startInputConsumer = async (parts: InputConsumerParts): Promise<InputConsumer> => {
  const { settings, kafka, log, shared, ledger, table, relays, clock, logger } = parts;
  const { client, topics, contact } = kafka;
  const lost = await openLostInput(parts);
  const commits = await openCommitStore(relays, settings.kafkaGroup);
  let isStopping = false;
  let consumer: RunningConsumer | undefined;
  const start = async (): Promise<void> => {
    await contact.done;
    if (isStopping) return;
    consumer = runConsumer(client, {
      groupId: settings.kafkaGroup,
      topics: [topics.payments, topics.usage],
      partitionsConcurrently: partitions,
      createPartitions: partitions,
      onBatch: createMessageHandler({ ledger, topics, clock }),
      readsFor: logName(shared),
      notes: createCommitNotes({ log, folded: table.position, groupId: settings.kafkaGroup, logger }),
      commits,
      onLost: (found) => lost.note(found.map(withLogPosition)),
    });
  };
  void start();

  return {
    readiness: () => {
      const state = consumer?.state() ?? 'connecting';
      const reason = consumer === undefined ? contact.reason() : consumer.reason();
      const brokers = settings.kafkaBrokers?.join(',') ?? '';
      return {
        // One that waits for a topic runs, with a reason.
        isReady: state === 'running' && reason === '',
        detail: `consumer ${state}, ${brokers}${reason === '' ? '' : `: ${reason}`}${describeGaps(lost.gaps())}`,
      };
    },
    gaps: lost.gaps,
    stop: async () => {
      isStopping = true;
      await consumer?.stop();
    },
    close: commits.close,
  };
};

/** What tells a log from every other that is served: of one that no other process may stand on, this process. */
const logName = (shared: SharedLog | undefined): string =>
  shared === undefined ? randomUUID() : Buffer.from(shared.seed).toString('hex');

const withLogPosition = ({ note, ...range }: LostRange) => {
  const logPosition = logPositionIn(note);
  return { ...range, ...(logPosition !== undefined && { logPosition }) };
};

/** For an operator who looks later: that something was lost, and where it was last. Empty if nothing ever was. */
const describeGaps = (gaps: readonly Gaps[]): string => {
  const [last] = gaps.map((gap) => gap.last).sort((one, other) => (one.noticedAt < other.noticedAt ? 1 : -1));
  if (last === undefined) return '';
  const { topic, partition, from, to, why, noticedAt } = last;
  const count = gaps.reduce((sum, gap) => sum + gap.count, 0);
  const place = `${topic}/${String(partition)} from ${from} to ${to} (${why})`;
  return `; lost before it was read: ${place}, noticed ${noticedAt}${count === 1 ? '' : `, and ${String(count - 1)} before`}`;
};
