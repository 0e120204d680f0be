import { logLevel, type LogEntry, type logCreator } from 'kafkajs';

type Write = (fields: object, message: string) => void;

/** Where this package writes to; pino's logger is one. */
export type KafkaLog = { debug: Write; info: Write; warn: Write; error: Write };

/** Parts of kafkajs whose troubles reach our callers as errors or states, or are a broker starting: once is enough. */
const reportedElsewhere = new Set(['Admin', 'BrokerPool', 'Cluster', 'Connection', 'Producer', 'RequestQueue']);
const harmless = /^(Crash|Stopped|Restarting the consumer|The group is rebalancing|The coordinator is not aware)/;

/** Said by kafkajs right before it goes on elsewhere in a partition than it was to, and by nothing else. */
const outOfRange = 'Offset out of range, resetting to default offset';

const isReportedElsewhere = (namespace: string): boolean =>
  reportedElsewhere.has(namespace) || namespace.startsWith('SaslAuthenticator-');

const isTelling = ({ namespace, level, log }: LogEntry): boolean =>
  level <= logLevel.WARN && !isReportedElsewhere(namespace) && !harmless.test(log.message);

/** Only these fields of kafkajs are passed on: none of them can hold a credential. */
const passedOn = ['broker', 'groupId', 'topic', 'partition', 'offset', 'error', 'retryCount', 'retryTime'] as const;

export type Place = { topic: string; partition: number };

const placeIn = ({ log }: LogEntry): Place => ({ topic: String(log['topic']), partition: Number(log['partition']) });

/** What kafkajs logs, into ours: what needs an eye as a warning, the rest as debug. It has no event for an offset out of range. */
export const routeLogs =
  (log: KafkaLog, isMuted: () => boolean, onOutOfRange: (place: Place) => void = () => undefined): logCreator =>
  () =>
  (entry) => {
    if (entry.log.message === outOfRange) {
      onOutOfRange(placeIn(entry));
      return;
    }
    const fields: Record<string, unknown> = { kafkajs: entry.namespace };
    for (const name of passedOn) {
      const value: unknown = entry.log[name];
      if (value !== undefined) fields[name] = value instanceof Error ? value.message : value;
    }
    const write = isTelling(entry) && !isMuted() ? log.warn : log.debug;
    write.call(log, fields, entry.log.message);
  };
