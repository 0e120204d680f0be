import { addReadRoutes, openPast } from '@tollgate/query-api';
import { watchSwitches } from '../watch-switches';
import type { Ground, Part } from './part';

/** Answers what is asked for, from the table, and from the log what the table has not; says where switches do not follow. */
export const startApi = async ({ settings, log, table, clock, logger, ...ground }: Ground): Promise<Part> => {
  const { switches, acknowledgeWithinMs: withinMs, numberKeys } = settings;
  const watch = watchSwitches({ table, switches, withinMs, clock, logger });
  const folder = await ground.past();
  const { past, stop } = openPast({ log, table, folder, isBusy: ground.isAppending, logger });
  return {
    readiness: [],
    addRoutes: (server) => {
      addReadRoutes(server, { log, table, past, numberKeys });
    },
    observe: watch.observe,
    stop: async () => {
      watch.stop();
      await stop();
    },
  };
};
