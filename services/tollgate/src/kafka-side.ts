import type { AccountTable } from '@tollgate/account-table';
import { topicsOf } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import { createMessageHandler, openLostInput } from '@tollgate/intake';
import type { Gaps, Ledger } from '@tollgate/intake';
import { createKafka, runConsumer } from '@tollgate/kafka';
import type { LostRange, RunningConsumer } from '@tollgate/kafka';
import type { Folder } from '@tollgate/folder';
import type { Log } from '@tollgate/service-runtime';
import { createCommitNotes, logPositionIn } from './commit-notes';
import { openCommitStore } from './commit-store';
import { makeFirstContact, partitions } from './first-contact';
import { startRelays } from './relays';
import type { Relays } from './relays';
import type { Settings } from './settings';

/** Everything that speaks to Kafka. It may be away at start or go away later: the rest goes on, and this resumes. */
export type KafkaSide = {
  relays: Relays['running'];
  readiness(): { isReady: boolean; detail: string };
  /** Where messages were lost before they could be read, as far back as the log tells. */
  gaps(): Gaps[];
  stopIntake(): Promise<void>;
  stopRelays(): Promise<void>;
};

type Parts = {
  settings: Settings;
  log: EventLog<LogEvent>;
  ledger: Ledger;
  table: AccountTable;
  relayFolder: Folder;
  clock: () => Date;
  logger: Log;
};

export const connectKafka = async (parts: Parts): Promise<KafkaSide> => {
  const { settings, log, ledger, table, relayFolder, clock, logger } = parts;
  const topics = topicsOf(settings.kafkaTopicPrefix);
  const client = createKafka(kafkaSettingsOf(settings), logger);
  const stopping = new AbortController();
  const lost = await openLostInput(parts);
  const commits = await openCommitStore(relayFolder, settings.kafkaGroup);
  const contact = makeFirstContact({ client, topics, logger, signal: stopping.signal });
  const relays = await startRelays({
    ...{ client, topics, log, table, folder: relayFolder, logger, created: contact.done },
    isElected: settings.eventstoreUrl !== undefined,
  });
  let consumer: RunningConsumer | undefined;
  const start = async (): Promise<void> => {
    await contact.done;
    if (stopping.signal.aborted) return;
    consumer = runConsumer(client, {
      groupId: settings.kafkaGroup,
      topics: [topics.payments, topics.usage],
      partitionsConcurrently: partitions,
      createPartitions: partitions,
      onBatch: createMessageHandler({ ledger, topics, clock }),
      notes: createCommitNotes({ log, folded: table.position, groupId: settings.kafkaGroup, logger }),
      commits,
      onLost: (found) => lost.note(found.map(withLogPosition)),
    });
  };
  void start();

  return {
    relays: relays.running,
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
    stopIntake: async () => {
      stopping.abort();
      await consumer?.stop();
    },
    stopRelays: async () => {
      await relays.stop();
      commits.close();
    },
  };
};

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

/** How to reach the brokers. */
export const kafkaSettingsOf = (settings: Settings) => {
  const { kafkaSaslMechanism: mechanism, kafkaSaslUsername: username, kafkaSaslPassword: password } = settings;
  return {
    brokers: settings.kafkaBrokers ?? [],
    clientId: settings.kafkaClientId,
    ssl: settings.kafkaTls,
    ...(mechanism !== undefined &&
      username !== undefined &&
      password !== undefined && { sasl: { mechanism, username, password } }),
  };
};
