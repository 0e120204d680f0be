import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { backoffMs } from '@tollgate/backoff';
import type { Log } from '@tollgate/service-runtime';
import { createNetstringReader, netstring } from './netstrings';

export type Evapi = {
  /** Whether it went out; what is sent while the switch is away is lost, and with it the call that waits for it. */
  send(message: object): boolean;
  isConnected(): boolean;
  close(): void;
};

type Options = {
  host: string;
  port: number;
  logger: Log;
  onMessage(message: unknown): void;
  onClosed(): void;
};

const backoff = { firstMs: 50, limitMs: 1_000 };

/** The connection to a Kamailio's evapi, made again whenever it is lost. */
export const connectEvapi = ({ host, port, logger, onMessage, onClosed }: Options): Evapi => {
  let socket: Socket | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isConnected = false;
  let isClosed = false;
  let failures = 0;

  const take = (text: string, from: Socket): void => {
    // Any answer, at once: else the next message waits in Kamailio for our delayed acknowledgement.
    from.write(netstring('{"do":"ok"}'));
    failures = 0;
    isConnected = true;
    onMessage(JSON.parse(text));
  };
  const open = (): void => {
    const read = createNetstringReader();
    const opened = connect({ host, port }).setNoDelay(true).setKeepAlive(true, 10_000);
    socket = opened;
    opened.on('data', (chunk) => {
      try {
        for (const text of read(chunk)) take(text, opened);
      } catch (error) {
        logger.error({ host, port, error: String(error) }, 'The switch sent what cannot be read');
        opened.destroy();
      }
    });
    opened.on('error', (error) => {
      logger.debug({ host, port, error: error.message }, 'No connection to the switch');
    });
    opened.on('close', () => {
      if (isConnected) onClosed();
      isConnected = false;
      if (isClosed) return;
      timer = setTimeout(open, backoffMs(failures, backoff));
      failures += 1;
    });
  };
  open();

  return {
    send: (message) => {
      if (!isConnected) return false;
      socket?.write(netstring(JSON.stringify(message)));
      return true;
    },
    isConnected: () => isConnected,
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      socket?.destroy();
    },
  };
};
