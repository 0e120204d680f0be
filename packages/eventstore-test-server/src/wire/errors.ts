import { Metadata, status, type StatusObject } from '@grpc/grpc-js';

/** Of the data of an append; nothing else counts. */
export const maxAppendBytes = 1_048_576;
/** Of a message on the wire. */
export const maxMessageBytes = 16 * 1_024 * 1_024;

const failure = (code: status, details: string, facts: Record<string, string> = {}): StatusObject => {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(facts)) metadata.set(name, value);
  return { code, details, metadata };
};

export const handlerThrew = failure(status.UNKNOWN, 'Exception was thrown by handler.');
export const unexpectedStreamResult = failure(status.UNKNOWN, 'Unexpected ReadStreamResult: Error');
export const unexpectedAllResult = failure(status.UNKNOWN, 'Unexpected ReadAllResult: Error');
export const notReady = failure(status.UNAVAILABLE, 'Server Is Not Ready');
export const messageTooLarge = failure(
  status.RESOURCE_EXHAUSTED,
  'Received message exceeds the maximum configured message size.',
);
export const unauthenticated = failure(status.UNAUTHENTICATED, 'Unauthenticated');
export const appendTooLarge = failure(status.INVALID_ARGUMENT, `Maximum Append Size of ${maxAppendBytes} Exceeded.`, {
  exception: 'maximum-append-size-exceeded',
  'maximum-append-size': `${maxAppendBytes}`,
});

export const timedOut = (what: string): StatusObject => failure(status.ABORTED, `Operation timed out: ${what}`);
export const consumerTooSlow = timedOut(
  'Consumer too slow to handle event while live. Client resubscription required.',
);

export const streamDeleted = (stream: string): StatusObject =>
  failure(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

export const deleteConflict = (stream: string, expected: bigint, actual: bigint): StatusObject =>
  failure(
    status.FAILED_PRECONDITION,
    `Delete failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${actual}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': `${expected}`,
      'actual-version': `${actual}`,
    },
  );

export const leaderIsElsewhere = ({ host, port }: { host: string; port: number }): StatusObject =>
  failure(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': `${port}`,
  });
