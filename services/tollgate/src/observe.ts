import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import type { AccountTable } from '@tollgate/account-table';
import type { Ledger } from '@tollgate/intake';
import type { Reporting } from '@tollgate/reporting';
import { Counter, Gauge, observeRequests } from '@tollgate/service-runtime';
import type { Admission, Registry } from '@tollgate/service-runtime';
import type { KafkaSide } from './kafka-side';
import { waitingSeconds } from './relays';

type Observed = {
  server: FastifyInstance;
  metrics: Registry;
  table: AccountTable;
  ledger: Ledger;
  admission: Admission;
  kafka: KafkaSide | undefined;
  reporting: Reporting | undefined;
};

/** The figures an operator watches, beside the process's own. */
export const observe = ({ server, metrics, table, ledger, admission, kafka, reporting }: Observed): void => {
  const registers = [metrics];
  observeRequests(server, metrics);
  const openConnections = promisify(server.server.getConnections.bind(server.server));
  new Gauge({
    name: 'tollgate_http_connections',
    help: 'Connections over HTTP that are open, listeners to commands included',
    registers,
    async collect() {
      this.set(await openConnections());
    },
  });
  new Gauge({
    name: 'tollgate_log_position',
    help: 'Position of the last event in the log, as far as it is folded',
    registers,
    collect() {
      this.set(table.place());
    },
  });
  new Gauge({
    name: 'tollgate_intake_queued',
    help: 'Records submitted and not yet durable',
    registers,
    collect() {
      this.set(ledger.queued());
    },
  });
  observeAdmission(admission, registers);
  if (kafka !== undefined) observeKafka(kafka, registers);
  if (reporting !== undefined) observeReporting(reporting, registers);
};

const observeAdmission = (admission: Admission, registers: Registry[]): void => {
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

const observeKafka = (kafka: KafkaSide, registers: Registry[]): void => {
  new Gauge({
    name: 'tollgate_input_lost_gaps',
    help: 'How often messages were lost before they could be read, as far back as the log tells',
    labelNames: ['topic', 'partition'],
    registers,
    collect() {
      for (const { count, last } of kafka.gaps()) this.set({ topic: last.topic, partition: last.partition }, count);
    },
  });
  new Gauge({
    name: 'tollgate_kafka_ready',
    help: '1 while messages are consumed from Kafka; what is published is tollgate_relay_waiting_seconds',
    registers,
    collect() {
      this.set(kafka.readiness().isReady ? 1 : 0);
    },
  });
  new Gauge({
    name: 'tollgate_publisher_active',
    help: '1 while this process publishes; 0 while it stands by, or does not know whether it is the one to publish',
    registers,
    collect() {
      this.set(Object.values(kafka.relays).some((output) => output.standing() === 'active') ? 1 : 0);
    },
  });
  new Gauge({
    name: 'tollgate_relay_waiting_seconds',
    help: 'For how long messages have waited for the acknowledgement of the broker, or for a topic that lost some or is ahead of the log; 0 when none does',
    labelNames: ['relay'],
    registers,
    collect() {
      for (const [relay, output] of Object.entries(kafka.relays))
        this.set({ relay }, waitingSeconds(output, new Date()));
    },
  });
};

const observeReporting = (reporting: Reporting, registers: Registry[]): void => {
  new Gauge({
    name: 'tollgate_reporting_ready',
    help: '1 while reports are written to PostgreSQL, and are not far behind',
    registers,
    collect() {
      this.set(reporting.readiness().isReady ? 1 : 0);
    },
  });
  new Gauge({
    name: 'tollgate_reporting_position',
    help: 'Position of the last event in the reports: tollgate_log_position less this is how many are not there yet',
    registers,
    collect() {
      this.set(Number(reporting.position() ?? 0n));
    },
  });
  new Gauge({
    name: 'tollgate_reporting_lag_seconds',
    help: 'Age of the oldest event that is not in the reports, or for how long PostgreSQL could not be used; 0 when all is in',
    registers,
    collect() {
      this.set(reporting.lagSeconds());
    },
  });
};
