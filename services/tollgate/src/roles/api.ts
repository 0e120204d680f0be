import { addReadRoutes } from '@tollgate/query-api';
import type { Ground, Part } from './part';

/** Answers what is asked for, from the table, and from the log what the table has not. */
export const startApi = ({ log, table }: Ground): Part => ({
  readiness: [],
  addRoutes: (server) => {
    addReadRoutes(server, { log, table });
  },
});
