import { startReporting } from '@tollgate/reporting';
import type { Reporting } from '@tollgate/reporting';
import { Gauge } from '@tollgate/service-runtime';
import type { Registry } from '@tollgate/service-runtime';
import { failureOf } from './part';
import type { Ground, Part } from './part';

/** Keeps the reports in PostgreSQL. */
export const startReports = ({ settings, log, clock, logger }: Ground): Part => {
  const { databaseUrl: url, roles } = settings;
  if (url === undefined) throw new Error('there are no reports without a database');
  const reporting = startReporting({ log, url, clock, logger });
  const readiness = { name: 'reporting', check: reporting.readiness };
  // Whoever pays or calls does not wait for reports; a process that does nothing else is as ready as they are.
  const isAlone = roles.every((role) => role === 'reporting') && roles.length > 0;
  return {
    readiness: [isAlone ? readiness : { ...readiness, isAside: true }],
    observe: (registers) => {
      observeReporting(reporting, registers);
    },
    failed: failureOf(reporting.done),
    stop: reporting.stop,
  };
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
