import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A way to a port of this machine that can be made slow, or be held altogether. */
export type SlowProxy = {
  port: number;
  /** From now on each piece of data waits so long, in either direction. */
  delay(milliseconds: number): void;
  /** Data waits until `release`; connections stay open, as on a network that drops packets. */
  hold(): void;
  release(): void;
  close(): void;
};

export const startSlowProxy = async (targetPort: number): Promise<SlowProxy> => {
  let delayMs = 0;
  let release: () => void = () => undefined;
  let held: Promise<void> = Promise.resolve();
  const sockets = new Set<Socket>();

  const pass = async (from: Socket, to: Socket): Promise<void> => {
    try {
      for await (const chunk of from) {
        await held;
        if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
        if (!to.write(chunk as Buffer)) await once(to, 'drain');
      }
    } catch {
      // One end was cut; so is the other.
    }
    to.destroy();
  };

  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    for (const socket of [client, target]) {
      sockets.add(socket.setNoDelay(true));
      socket.on('error', () => undefined).once('close', () => sockets.delete(socket));
    }
    void pass(client, target);
    void pass(target, client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    delay: (milliseconds) => {
      delayMs = milliseconds;
    },
    hold: () => {
      held = new Promise((resolve) => {
        release = resolve;
      });
    },
    release: () => {
      release();
    },
    close: () => {
      release();
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};
