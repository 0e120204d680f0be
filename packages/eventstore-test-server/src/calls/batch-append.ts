import * as shared from '@eventstore/db-client/generated/shared_pb';
import { Code } from '@eventstore/db-client/generated/code_pb';
import { Status } from '@eventstore/db-client/generated/status_pb';
import { type BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb';
import type { handleBidiStreamingCall } from '@grpc/grpc-js';
import { Any } from 'google-protobuf/google/protobuf/any_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import type { Faults } from '../faults';
import { maxAppendBytes, maxMessageBytes, messageTooLarge } from '../wire/errors';
import { readEvent, sizeOf } from '../wire/proposed-event';
import { expectedRevision, streamName } from '../wire/read-request';
import type { Answer, Append, Writer } from './writer';

const writeTimeoutMs = 2_000;

type Pending = Append & { bytes: number; timer: NodeJS.Timeout };
type Result = Status | BatchAppendResp.Success;

/** The batch path: one call for all appends of a client, answered in the order they were asked. */
export const batchAppend =
  (write: Writer, faults: Faults): handleBidiStreamingCall<BatchAppendReq, BatchAppendResp> =>
  (call) => {
    const pending = new Map<string, Pending>();
    const answer = (request: BatchAppendReq, stream: string, result: Result): void => {
      const response = new BatchAppendResp().setCorrelationId(request.getCorrelationId());
      response.setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)));
      if (call.writable) call.write(result instanceof Status ? response.setError(result) : response.setSuccess(result));
    };

    const begin = (key: string, request: BatchAppendReq, options: BatchAppendReq.Options): void => {
      const stream = streamName(options.getStreamIdentifier());
      const leftMs = (options.getDeadline()?.toDate().getTime() ?? Infinity) - Date.now();
      if (leftMs <= 0) {
        answer(request, stream, timeout);
        return;
      }
      if (stream === '') throw new Error('A stream has a name.');
      // An append that is begun and never completed is answered by this timer, even if its first part was answered before.
      const timer = setTimeout(
        () => pending.delete(key) && answer(request, stream, timeout),
        Math.min(leftMs, writeTimeoutMs),
      );
      const expected = expectedRevision(options, options.getStreamPosition());
      pending.set(key, { stream, expected, events: [], bytes: 0, timer });
    };

    const complete = (key: string): Pending | undefined => {
      const append = pending.get(key);
      clearTimeout(append?.timer);
      pending.delete(key);
      return append;
    };

    const take = (request: BatchAppendReq): void => {
      const key = request.getCorrelationId()?.getString() ?? '';
      const options = request.getOptions();
      if (options) begin(key, request, options);
      const append = pending.get(key);
      if (!append) return;
      for (const message of request.getProposedMessagesList()) {
        append.events.push(readEvent(message));
        append.bytes += message.getData_asU8().length;
      }
      if (append.bytes > maxAppendBytes) complete(key);
      if (append.bytes > maxAppendBytes) {
        answer(request, append.stream, tooLarge);
        return;
      }
      if (!request.getIsFinal()) return;
      complete(key);
      void write(append).then((result) => result && answer(request, append.stream, resultOf(append, result)));
    };

    call.on('data', (request: BatchAppendReq) => {
      const bytes = request.getProposedMessagesList().reduce((sum, message) => sum + sizeOf(message), 0);
      try {
        if (bytes > maxMessageBytes) call.emit('error', messageTooLarge);
        else if (faults.calls === 'not-ready') answer(request, '', notReady);
        else take(request);
      } catch {
        answer(request, streamName(request.getOptions()?.getStreamIdentifier()), badRequest);
      }
    });
    call.on('end', () => call.end());
    call.on('cancelled', () => pending.forEach(({ timer }) => clearTimeout(timer)));
  };

type Packed = { serializeBinary: () => Uint8Array };
const status = (code: Code, message: string, details: Any): Status =>
  new Status().setCode(code).setMessage(message).setDetails(details);

const pack = (details: Packed, type: string): Any => {
  const packed = new Any();
  packed.pack(details.serializeBinary(), type);
  return packed;
};

const failure = (code: Code, name: string, details: Packed): Status =>
  status(code, name, pack(details, `event_store.client.${name}`));

const timeout = failure(Code.DEADLINE_EXCEEDED, 'Timeout', new shared.Timeout());
const badRequest = failure(Code.INVALID_ARGUMENT, 'BadRequest', new shared.BadRequest());
const notReady = status(Code.UNAVAILABLE, 'Server Is Not Ready', pack(new Empty(), 'google.protobuf.Empty'));
const tooLarge = failure(
  Code.INVALID_ARGUMENT,
  'MaximumAppendSizeExceeded',
  new shared.MaximumAppendSizeExceeded().setMaxappendsize(maxAppendBytes),
);

const resultOf = ({ stream, expected }: Append, answer: Answer): Result => {
  switch (answer.kind) {
    case 'timed out':
      return timeout;
    case 'success':
      return success(answer);
    case 'deleted': {
      const identifier = new shared.StreamIdentifier().setStreamName(Buffer.from(stream));
      return failure(
        Code.FAILED_PRECONDITION,
        'StreamDeleted',
        new shared.StreamDeleted().setStreamIdentifier(identifier),
      );
    }
    case 'wrong expected revision':
      return failure(Code.FAILED_PRECONDITION, 'WrongExpectedVersion', conflict(expected, answer.current));
  }
};

const success = ({ revision, position }: Extract<Answer, { kind: 'success' }>): BatchAppendResp.Success => {
  const message = new BatchAppendResp.Success();
  if (revision < 0n) message.setNoStream(new Empty());
  else message.setCurrentRevision(`${revision}`);
  if (position === undefined) return message.setNoPosition(new Empty());
  return message.setPosition(
    new shared.AllStreamPosition().setCommitPosition(`${position}`).setPreparePosition(`${position}`),
  );
};

const conflict = (expected: Append['expected'], current: bigint): shared.WrongExpectedVersion => {
  const message = new shared.WrongExpectedVersion();
  if (current < 0n) message.setCurrentNoStream(new Empty());
  else message.setCurrentStreamRevision(`${current}`);
  if (expected === 'any') return message.setExpectedAny(new Empty());
  if (expected === 'no_stream') return message.setExpectedNoStream(new Empty());
  if (expected === 'stream_exists') return message.setExpectedStreamExists(new Empty());
  return message.setExpectedStreamPosition(`${expected}`);
};
