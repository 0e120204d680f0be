import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb';
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { append } from './calls/append';
import { batchAppend } from './calls/batch-append';
import { softDelete, tombstone } from './calls/delete';
import { readGossip } from './calls/gossip';
import { read } from './calls/read';
import { getSupportedMethods } from './calls/server-features';
import { createSubscriptions } from './calls/subscription';
import { createWriter } from './calls/writer';
import { wellBehaved, type Faults } from './faults';
import { openJournal } from './journal';
import { createEventLog } from './log/event-log';
import { refuseCalls } from './refusals';
import { consumerTooSlow } from './wire/errors';

export type EventStoreServer = {
  /** A connection string without users and TLS. */
  url: string;
  port: number;
  /** From now on it behaves well but for these; `{}` ends all misbehaviour. */
  misbehave: (faults: Partial<Faults>) => void;
  /** What happens once. */
  cutConnections: () => void;
  dropSubscriptions: () => void;
  /** Ends open subscriptions in good order, with the status OK. */
  endSubscriptions: () => void;
  /** As a restart and an age of other events do. */
  forgetIds: () => void;
  /** Cuts every connection and frees the port. With a folder, a server started on it later goes on where this one ended. */
  stop: () => Promise<void>;
};

type Options = {
  /** 0: any free one. */
  port?: number;
  /** Where its data is kept; without one they end with it. */
  folder?: string;
};

/** A server that speaks EventStoreDB's gRPC protocol as release 23.10.6 does, as far as decisions/001 says. */
export const startEventStoreServer = async ({ port: wanted = 0, folder }: Options = {}): Promise<EventStoreServer> => {
  const faults = { ...wellBehaved };
  const journal = folder === undefined ? undefined : openJournal(folder);
  const subscriptions = createSubscriptions(faults);
  const log = createEventLog({
    record: (events) => journal?.record(events),
    recorded: journal?.recorded ?? [],
    written: subscriptions.appended,
    now: Date.now,
  });
  const write = createWriter(log, faults);

  const server = new Server({
    // Ours are refused in the words of a real server.
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    interceptors: [refuseCalls(faults)],
  });
  const connections = server.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true).on('close', () => sockets.delete(socket));
    connections.injectConnection(socket);
  }).listen(wanted, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;

  server.addService(StreamsService, {
    append: append(write),
    batchAppend: batchAppend(write, faults),
    read: read(log, subscriptions),
    delete: softDelete(log),
    tombstone: tombstone(log),
  });
  server.addService(ServerFeaturesService, { getSupportedMethods });
  server.addService(GossipService, { read: readGossip(faults, port) });

  const cutConnections = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    url: `esdb://127.0.0.1:${port}?tls=false`,
    port,
    misbehave: (change) => void Object.assign(faults, wellBehaved, change),
    cutConnections,
    dropSubscriptions: () => subscriptions.end(consumerTooSlow),
    endSubscriptions: () => subscriptions.end(),
    forgetIds: log.forgetIds,
    stop: async () => {
      const closed = once(listener, 'close');
      listener.close();
      cutConnections();
      server.forceShutdown();
      await closed;
      journal?.close();
    },
  };
};
