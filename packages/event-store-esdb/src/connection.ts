import { EventStoreDBClient } from '@eventstore/db-client';
import { readConnectionString } from './connection-string';
import type { Address } from './connection-string';

export type Connected = { client: EventStoreDBClient; credentials: Address['credentials']; shown: string };

/** The connection of a log: one client, until the connection string is another or the client is given up. */
export type Connection = {
  current(): Connected;
  /** What goes on on it may end as it likes; whoever asks next gets another client. */
  giveUp(connected: Connected): void;
  close(): Promise<void>;
};

/** `connectionString` is asked before each use, so that a password that is changed takes effect without a restart. Throws where it is wrong. */
export const connect = (connectionString: () => string): Connection => {
  let known: { text: string; connected: Connected } | undefined;
  const ending = new Set<Promise<void>>();

  const end = ({ client }: Connected): void => {
    const ended = closeChannel(client).finally(() => ending.delete(ended));
    ending.add(ended);
  };
  const current = (): Connected => {
    const text = connectionString();
    if (known?.text === text) return known.connected;
    const { clientUrl, credentials, shown } = readConnectionString(text);
    if (known !== undefined) end(known.connected);
    known = {
      text,
      connected: { client: guarded(EventStoreDBClient.connectionString(clientUrl)), credentials, shown },
    };
    return known.connected;
  };
  current();
  return {
    current,
    giveUp: (connected) => {
      if (known?.connected !== connected) return;
      end(connected);
      known = undefined;
    },
    close: async () => {
      if (known !== undefined) end(known.connected);
      known = undefined;
      await Promise.all(ending);
    },
  };
};

/**
 * When calls fail, the client looks for another node beside them, and nobody catches it if it finds none: that would end the process,
 * though the calls themselves have told what there is to tell.
 */
const guarded = (client: EventStoreDBClient): EventStoreDBClient => {
  const handleError = client['handleError'];
  client['handleError'] = (grpcClient, error) => handleError(grpcClient, error).catch(() => undefined);
  return client;
};

/** Calls under way go on to their end. The client has no way of its own to close its connection. */
const closeChannel = async (client: EventStoreDBClient): Promise<void> => {
  try {
    (await client['getChannel']()).close();
  } catch {
    // There is none.
  }
};
