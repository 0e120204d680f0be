import type { StreamIdentifier } from '@eventstore/db-client/generated/shared_pb';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb';
import type { AllPosition } from '../log/all-position';
import type { ExpectedRevision } from '../log/append-decision';

export const streamName = (identifier: StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString();

type Expectation = { hasNoStream: () => boolean; hasAny: () => boolean; hasStreamExists: () => boolean };

export const expectedRevision = (options: Expectation, revision: string): ExpectedRevision => {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'no_stream';
  return options.hasStreamExists() ? 'stream_exists' : BigInt(revision);
};

export const allPosition = (options: ReadReq.Options): AllPosition => {
  const asked = options.getAll();
  const position = asked?.getPosition();
  if (!position) return asked?.hasEnd() ? 'end' : 'start';
  return { commit: BigInt(position.getCommitPosition()), prepare: BigInt(position.getPreparePosition()) };
};
