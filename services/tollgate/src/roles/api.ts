import { addReadRoutes } from '@tollgate/query-api';
import { watchSwitches } from '../watch-switches';
import type { Ground, Part } from './part';

/** Answers what is asked for, from the table, and from the log what the table has not; says where switches do not follow. */
export const startApi = ({ settings, log, table, clock, logger }: Ground): Part => {
  const { switches, acknowledgeWithinMs: withinMs } = settings;
  const watch = watchSwitches({ table, switches, withinMs, clock, logger });
  return {
    readiness: [],
    addRoutes: (server) => {
      addReadRoutes(server, { log, table });
    },
    observe: watch.observe,
    stop: () => {
      watch.stop();
      return Promise.resolve();
    },
  };
};
