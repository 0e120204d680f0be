import { promisify } from 'node:util';
import type { FastifyInstance } from 'fastify';
import type { AccountTable } from '@tollgate/account-table';
import { Gauge, observeRequests } from '@tollgate/service-runtime';
import type { Registry } from '@tollgate/service-runtime';
import { observeReservations } from './observe-reservations';

type Observed = { server: FastifyInstance; metrics: Registry; table: AccountTable };

/** What an operator watches of every process, beside the process's own figures. */
export const observeProcess = ({ server, metrics, table }: Observed): void => {
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
  observeReservations(table, registers);
};
