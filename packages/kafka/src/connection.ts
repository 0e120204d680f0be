import { isIP, connect as connectTcp, type Socket } from 'node:net';
import { TLSSocket, connect as connectTls } from 'node:tls';
import { Kafka, logLevel, type ISocketFactoryArgs, type SASLOptions } from 'kafkajs';
import { readEveryCompression } from './compression';
import { readRecordsLate } from './fetch-answer';
import { routeLogs, type KafkaLog, type Place } from './logging';

/**
 * One kafkajs instance with the sockets it opened. kafkajs goes on retrying in the background after its caller has given
 * up on it; `cut` is how such a producer or consumer is kept from ever reaching a broker again.
 */
export type Connection = { readonly kafka: Kafka; isOpen(): boolean; cut(): void };

type Options = { brokers: string[]; clientId: string; ssl: boolean; sasl?: SASLOptions };

/** Called before kafkajs goes on at another offset than it was to, because a partition does not hold that one. */
export type OnOutOfRange = (place: Place) => void;

const keepAliveMs = 60_000;

/** Every field is set: kafkajs takes other defaults when NODE_ENV is "test". About 2.5 s in all. */
const retry = { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000, multiplier: 2, factor: 0.2 };

const openSocket = ({ host, port, ssl, onConnect }: ISocketFactoryArgs, isTls: boolean): Socket => {
  const serverName = isIP(host) === 0 ? { servername: host } : {};
  const socket = isTls
    ? connectTls({ host, port, ...serverName, ...ssl }, onConnect)
    : connectTcp({ host, port }, onConnect);
  // kafkajs leaves Nagle's algorithm on: with delayed acknowledgements that can cost 40 ms a request.
  return socket.setKeepAlive(true, keepAliveMs).setNoDelay(true);
};

/**
 * Reset, not closed, where Node can: what the kernel could not deliver yet must not be delivered later, when newer
 * messages may have gone another way. Resetting a socket that is still writing or ending leaks it (Node 20), and the
 * process then never exits.
 */
const abort = (socket: Socket): void => {
  const error = new Error('connection cut');
  const isFlushed = !socket.connecting && !socket.writableEnded && socket.writableLength === 0;
  if (!isFlushed || socket instanceof TLSSocket) {
    socket.destroy(error);
    return;
  }
  socket.emit('error', error);
  socket.resetAndDestroy();
};

readEveryCompression();
readRecordsLate();

export const openConnection = (
  log: KafkaLog,
  { brokers, ssl, ...options }: Options,
  onOutOfRange?: OnOutOfRange,
): Connection => {
  const sockets = new Set<Socket>();
  let isCut = false;

  const socketFactory = (args: ISocketFactoryArgs): Socket => {
    if (isCut) throw new Error('connection cut');
    const socket = openSocket(args, ssl);
    sockets.add(socket);
    return socket.once('close', () => sockets.delete(socket));
  };

  const kafka = new Kafka({
    ...options,
    ssl,
    // No brokers is the one answer that makes kafkajs give up at once instead of trying again.
    brokers: () => (isCut ? [] : brokers),
    socketFactory,
    retry,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    logLevel: logLevel.INFO,
    logCreator: routeLogs(log, () => isCut, onOutOfRange),
  });

  return {
    kafka,
    isOpen: () => !isCut && [...sockets].some((socket) => socket.readyState === 'open'),
    cut: () => {
      isCut = true;
      for (const socket of sockets) abort(socket);
    },
  };
};
