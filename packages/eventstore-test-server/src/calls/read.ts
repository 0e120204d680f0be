import { StreamIdentifier } from '@eventstore/db-client/generated/shared_pb';
import { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb';
import type { handleServerStreamingCall, StatusObject } from '@grpc/grpc-js';
import { findStart } from '../log/all-position';
import type { EventLog } from '../log/event-log';
import type { RecordedEvent } from '../log/recorded-event';
import { handlerThrew, streamDeleted, unexpectedAllResult, unexpectedStreamResult } from '../wire/errors';
import { allPosition, streamName } from '../wire/read-request';
import { eventMessage } from '../wire/recorded-event-message';
import { createFeed } from './feed';
import { fail, send, type ReadCall } from './sending';
import type { Subscriptions } from './subscription';

type Options = ReadReq.Options;

/** What a read gives, how it fails, or that it never ends. */
type Found = { events: Iterable<RecordedEvent> } | { status: StatusObject } | 'not found' | 'never ends';

export const read =
  (log: EventLog, subscriptions: Subscriptions): handleServerStreamingCall<ReadReq, ReadResp> =>
  (call) => {
    const options = call.request.getOptions();
    if (!options) fail(call, handlerThrew);
    else if (options.hasSubscription()) {
      const feed = createFeed(log, options);
      if ('code' in feed) fail(call, feed);
      else subscriptions.open(call, feed);
    } else void answer(call, options.hasAll() ? readAll(log, options) : readStream(log, options), options);
  };

const answer = async (call: ReadCall, found: Found, options: Options): Promise<void> => {
  if (found === 'never ends') return;
  if (found === 'not found') {
    const identifier = options.getStream()?.getStreamIdentifier() ?? new StreamIdentifier();
    await send(call, new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound().setStreamIdentifier(identifier)));
    call.end();
  } else if ('status' in found) fail(call, found.status);
  else {
    for (const event of found.events) if (!(await send(call, eventMessage(event)))) return;
    call.end();
  }
};

const isBackwards = (options: Options): boolean =>
  options.getReadDirection() === ReadReq.Options.ReadDirection.BACKWARDS;

/** The client asks for more than any log has where it has no limit. */
const take = (events: readonly RecordedEvent[], from: number, options: Options): RecordedEvent[] => {
  const count = Number(options.getCount());
  if (!isBackwards(options)) return events.slice(from, from + count);
  return events.slice(Math.max(0, from - count), from).reverse();
};

const allEnd = '18446744073709551615';

const readStream = (log: EventLog, options: Options): Found => {
  const asked = options.getStream();
  const name = streamName(asked?.getStreamIdentifier());
  if (!asked || name === '') return { status: handlerThrew };
  if (options.getCount() === '0' || (isFromEnd(asked) && !isBackwards(options)))
    return { status: unexpectedStreamResult };
  const shown = log.shown(name);
  if (shown === 'deleted') return { status: streamDeleted(name) };
  if (shown === 'not found') return shown;
  const revision = isFromEnd(asked) ? Infinity : Number(asked.getRevision());
  return { events: take(shown.events, startIn(shown.events, revision, options), options) };
};

const isFromEnd = (asked: ReadReq.Options.StreamOptions): boolean => asked.hasEnd() || asked.getRevision() === allEnd;

const startIn = (events: readonly RecordedEvent[], revision: number, options: Options): number => {
  const index = revision - Number(events[0]?.revision ?? 0) + (isBackwards(options) ? 1 : 0);
  return Math.min(Math.max(0, index), events.length);
};

const readAll = (log: EventLog, options: Options): Found => {
  const start = findStart(log, allPosition(options));
  if (start === 'invalid') return { status: handlerThrew };
  if (options.getCount() === '0') return 'never ends';
  if (start === (isBackwards(options) ? 'before the first' : 'beyond the end')) return { events: [] };
  return typeof start === 'string' ? { status: unexpectedAllResult } : { events: take(log.all, start, options) };
};
