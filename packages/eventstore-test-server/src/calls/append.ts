import { Empty } from '@eventstore/db-client/generated/shared_pb';
import type { AppendReq } from '@eventstore/db-client/generated/streams_pb';
import { AppendResp } from '@eventstore/db-client/generated/streams_pb';
import type { handleClientStreamingCall, StatusObject } from '@grpc/grpc-js';
import type { ProposedEvent } from '../log/recorded-event';
import {
  appendTooLarge,
  handlerThrew,
  maxAppendBytes,
  maxMessageBytes,
  messageTooLarge,
  streamDeleted,
  timedOut,
} from '../wire/errors';
import { readEvent, sizeOf } from '../wire/proposed-event';
import { expectedRevision, streamName } from '../wire/read-request';
import type { Answer, Append, Writer } from './writer';

/** The plain path: one call an append. Appends in flight together are not kept in order: here the last goes first. */
export const append = (write: Writer): handleClientStreamingCall<AppendReq, AppendResp> => {
  let waiting: (() => void)[] = [];
  const flush = (): void => {
    const together = waiting.reverse();
    waiting = [];
    for (const run of together) run();
  };
  return (call, respond) => {
    const request = readRequest();
    call.on('data', request.take);
    call.on('end', () => {
      const read = request.end();
      if ('code' in read) respond(read);
      else if (waiting.push(() => void write(read).then((answer) => answer && reply(read, answer, respond))) === 1)
        setImmediate(flush);
    });
  };
};

type RequestReader = { take: (request: AppendReq) => void; end: () => Append | StatusObject };

const readRequest = (): RequestReader => {
  let options: AppendReq.Options | undefined;
  const events: ProposedEvent[] = [];
  let refusal: StatusObject | undefined;
  let bytes = 0;
  const add = (message: AppendReq.ProposedMessage): void => {
    bytes += message.getData_asU8().length;
    if (sizeOf(message) > maxMessageBytes) refusal = messageTooLarge;
    else if (bytes > maxAppendBytes) refusal = appendTooLarge;
    else events.push(readEvent(message));
  };
  return {
    take: (request) => {
      const message = request.getProposedMessage();
      if (!message) options = request.getOptions();
      else if (!refusal)
        try {
          add(message);
        } catch {
          refusal = handlerThrew;
        }
    },
    end: () => {
      const stream = streamName(options?.getStreamIdentifier());
      if (!options || refusal || stream === '') return refusal ?? handlerThrew;
      return { stream, expected: expectedRevision(options, options.getRevision()), events };
    },
  };
};

const reply = (
  { stream, expected }: Append,
  answer: Answer,
  respond: (error: StatusObject | null, response?: AppendResp) => void,
): void => {
  switch (answer.kind) {
    case 'deleted': {
      respond(streamDeleted(stream));
      return;
    }
    case 'timed out': {
      respond(timedOut(answer.what));
      return;
    }
    case 'success': {
      respond(null, new AppendResp().setSuccess(success(answer)));
      return;
    }
    case 'wrong expected revision': {
      respond(null, new AppendResp().setWrongExpectedVersion(conflict(expected, answer.current)));
      return;
    }
  }
};

const success = ({ revision, position }: Extract<Answer, { kind: 'success' }>): AppendResp.Success => {
  const message = new AppendResp.Success();
  if (revision < 0n) message.setNoStream(new Empty());
  else message.setCurrentRevision(`${revision}`);
  if (position === undefined) return message.setNoPosition(new Empty());
  return message.setPosition(
    new AppendResp.Position().setCommitPosition(`${position}`).setPreparePosition(`${position}`),
  );
};

const conflict = (expected: Append['expected'], current: bigint): AppendResp.WrongExpectedVersion => {
  const message = new AppendResp.WrongExpectedVersion();
  if (current < 0n) message.setCurrentNoStream(new Empty());
  else message.setCurrentRevision(`${current}`);
  if (expected === 'any') return message.setExpectedAny(new Empty());
  if (expected === 'no_stream') return message.setExpectedNoStream(new Empty());
  if (expected === 'stream_exists') return message.setExpectedStreamExists(new Empty());
  return message.setExpectedRevision(`${expected}`);
};
