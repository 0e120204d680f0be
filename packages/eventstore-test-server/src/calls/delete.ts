import {
  type DeleteReq,
  DeleteResp,
  type TombstoneReq,
  TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb';
import type { handleUnaryCall, StatusObject } from '@grpc/grpc-js';
import type { EventLog, Outcome } from '../log/event-log';
import { deleteConflict, handlerThrew, streamDeleted } from '../wire/errors';
import { expectedRevision, streamName } from '../wire/read-request';

export const softDelete =
  (log: EventLog): handleUnaryCall<DeleteReq, DeleteResp> =>
  (call, respond) => {
    const removed = remove(call.request.getOptions(), log.softDelete);
    if (typeof removed !== 'bigint') {
      respond(removed);
      return;
    }
    respond(null, new DeleteResp().setPosition(position(new DeleteResp.Position(), removed)));
  };

export const tombstone =
  (log: EventLog): handleUnaryCall<TombstoneReq, TombstoneResp> =>
  (call, respond) => {
    const removed = remove(call.request.getOptions(), log.tombstone);
    if (typeof removed !== 'bigint') {
      respond(removed);
      return;
    }
    respond(null, new TombstoneResp().setPosition(position(new TombstoneResp.Position(), removed)));
  };

const position = <P extends DeleteResp.Position | TombstoneResp.Position>(message: P, at: bigint): P => {
  message.setCommitPosition(`${at}`);
  message.setPreparePosition(`${at}`);
  return message;
};

type Options = DeleteReq.Options | TombstoneReq.Options;

/** The position of the delete, or why there is none. */
const remove = (options: Options | undefined, write: EventLog['softDelete']): bigint | StatusObject => {
  const stream = streamName(options?.getStreamIdentifier());
  if (!options || stream === '') return handlerThrew;
  const expected = expectedRevision(options, options.getRevision());
  const outcome: Outcome = write(stream, expected);
  if (outcome.kind === 'deleted') return streamDeleted(stream);
  const numbers = { any: -2n, no_stream: -1n, stream_exists: -4n };
  if (outcome.kind === 'wrong expected revision')
    return deleteConflict(stream, typeof expected === 'bigint' ? expected : numbers[expected], outcome.current);
  return outcome.position ?? 0n;
};
