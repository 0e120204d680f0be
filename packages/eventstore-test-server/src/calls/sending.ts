import type { ReadResp } from '@eventstore/db-client/generated/streams_pb';
import type { ServerWritableStream, StatusObject } from '@grpc/grpc-js';

export type ReadCall = ServerWritableStream<unknown, ReadResp>;

/** Sends as fast as the client takes it; false once the call is over. */
export const send = async (call: ReadCall, message: ReadResp): Promise<boolean> => {
  if (isOver(call)) return false;
  if (!call.write(message)) await writable(call);
  return !isOver(call);
};

const isOver = (call: ReadCall): boolean => call.cancelled || call.destroyed || call.writableEnded;

const writable = (call: ReadCall): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      for (const event of ['drain', 'cancelled', 'close', 'error']) call.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'cancelled', 'close', 'error']) call.on(event, done);
  });

/** What was sent before still reaches the client. */
export const fail = (call: ReadCall, status: StatusObject): void => {
  call.emit('error', status);
};
