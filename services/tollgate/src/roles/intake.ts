import {
  addAcknowledgementRoute,
  addCallRoutes,
  addIntakeRoutes,
  addStatementRoute,
  openLedger,
  startReservationClock,
} from '@tollgate/intake';
import type { Ledger } from '@tollgate/intake';
import { makeFolder } from '@tollgate/folder';
import { openNumberKeys, removeUnfinished } from '@tollgate/number-keys';
import type { NumberKeys } from '@tollgate/number-keys';
import { Counter, Gauge, createAdmission } from '@tollgate/service-runtime';
import type { Admission, Readiness, Registry } from '@tollgate/service-runtime';
import { loadDecks } from '../decks';
import { loadTerms } from '../rater-file';
import type { InputConsumer, InputConsumerParts } from '../input-consumer';
import { isLoopback } from '../roles';
import { SettingsError, settingSources } from '../settings';
import type { Settings } from '../settings';
import type { Ground, Part } from './part';

/** Records what comes over HTTP and, with brokers, over Kafka. */
export const startIntake = async (ground: Ground): Promise<Part> => {
  const { settings, log, table, clock, kafka, logger } = ground;
  const decks = loadDecks(settings.decks);
  const termsOf = loadTerms(settings);
  const numberKeys = await openKeys(settings, clock());
  const ledger = openLedger({ log, table, ready: Promise.resolve(), numberKeys });
  const consumer = kafka && (await startConsumer({ ...ground, kafka, ledger }));
  const admission = createAdmission({
    maxBytes: settings.maxInflightBytes,
    maxRecords: settings.maxInflightRecords,
    queued: ledger.queued,
  });
  const reservationClock = startReservationClock({ ledger, table, clock, logger });
  return {
    readiness: [
      ...(consumer === undefined ? [] : [kafkaReadiness(consumer, settings)]),
      ...(numberKeys === undefined ? [] : [numbersReadiness(numberKeys, settings)]),
    ],
    addRoutes: (server) => {
      addIntakeRoutes(server, { ledger, clock, maxBatchLines: settings.maxBatchLines, admission });
      const { authorizeWithPrice: takesPrice, host } = settings;
      const common = { ledger, clock, admission, isOpenToOthers: !isLoopback(host) };
      addCallRoutes(server, { ...common, decks, termsOf, takesPrice });
      addAcknowledgementRoute(server, common);
      addStatementRoute(server, { ledger, log, table, clock, admission });
    },
    observe: (registers) => {
      observeIntake({ ledger, admission }, registers);
      if (consumer !== undefined) observeConsumer(consumer, registers);
    },
    failed: ledger.failed,
    stopTaking: async () => {
      await consumer?.stop();
    },
    stop: async () => {
      await reservationClock.stop();
      await ledger.close();
      consumer?.close();
    },
  };
};

/** Beside others nobody sends it less because Kafka is away: all of them would be taken out for what none of them can mend. */
const kafkaReadiness = ({ readiness }: InputConsumer, { roles }: Settings): Readiness => ({
  name: 'kafka',
  check: readiness,
  ...(roles.length > 0 && { isAside: true }),
});

const openKeys = async ({ numberKeys: folder }: Settings, now: Date): Promise<NumberKeys | undefined> => {
  if (folder === undefined) return undefined;
  try {
    await makeFolder(folder);
    await removeUnfinished(folder, now);
  } catch (error) {
    const { variable, flag = '' } = settingSources.numberKeys;
    const why = error instanceof Error ? error.message : String(error);
    throw new SettingsError(`${variable} (${flag}): cannot be used: ${why}`);
  }
  return openNumberKeys(folder);
};

/** Nor because keys are missing, which all of them have in one folder. */
const numbersReadiness = (numberKeys: NumberKeys, { roles }: Settings): Readiness => ({
  name: 'number keys',
  check: () => {
    const fault = numberKeys.fault();
    return {
      isReady: fault === undefined,
      detail: fault ?? `numbers are sealed with the keys in ${numberKeys.folder}`,
    };
  },
  ...(roles.length > 0 && { isAside: true }),
});

/** Without brokers, the client of Kafka is not loaded. */
const startConsumer = async (parts: InputConsumerParts) => {
  const { startInputConsumer } = await import('../input-consumer.js');
  return startInputConsumer(parts);
};

const observeIntake = (
  { ledger, admission }: { ledger: Ledger; admission: Admission },
  registers: Registry[],
): void => {
  new Gauge({
    name: 'tollgate_intake_queued',
    help: 'Records submitted and not yet durable',
    registers,
    collect() {
      this.set(ledger.queued());
    },
  });
  new Gauge({
    name: 'tollgate_http_inflight_bytes',
    help: 'Bytes of request bodies that are being worked on',
    registers,
    collect() {
      this.set(admission.bytes());
    },
  });
  new Counter({
    name: 'tollgate_http_overloaded_total',
    help: 'Requests refused with OVERLOADED since the start',
    registers,
    collect() {
      this.reset();
      this.inc(admission.refused());
    },
  });
};

const observeConsumer = (consumer: InputConsumer, registers: Registry[]): void => {
  new Gauge({
    name: 'tollgate_input_lost_gaps',
    help: 'How often messages were lost before they could be read, as far back as the log tells',
    labelNames: ['topic', 'partition'],
    registers,
    collect() {
      for (const { count, last } of consumer.gaps()) this.set({ topic: last.topic, partition: last.partition }, count);
    },
  });
  new Gauge({
    name: 'tollgate_kafka_ready',
    help: '1 while messages are consumed from Kafka; what is published is tollgate_relay_waiting_seconds',
    registers,
    collect() {
      this.set(consumer.readiness().isReady ? 1 : 0);
    },
  });
};
