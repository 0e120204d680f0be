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
  const fromEnd = asked.hasEnd() || asked.getRevision() === allEnd;
  if (options.getCount() === '0' || (fromEnd && !isBackwards(options))) return { status: unexpectedStreamResult };
  const shown = log.shown(name);
  if (shown === 'deleted') return { status: streamDeleted(name) };
  if (shown === 'not found') return shown;
  const { events } = shown;
  const first = Number(events[0]?.revision ?? 0n);
  const revision = asked.hasStart() ? 0 : Number(asked.getRevision());
  const index = fromEnd ? events.length : revision - first + (isBackwards(options) ? 1 : 0);
  return { events: take(events, Math.min(Math.max(0, index), events.length), options) };
};

const readAll = (log: EventLog, options: Options): Found => {
  const from = allPosition(options);
  const start = findStart(log, from);
  if (start === 'invalid') return { status: handlerThrew };
  if (options.getCount() === '0') return 'never ends';
  const isMark = typeof from === 'string' || from.commit >= 2n ** 63n;
  const isBeyond = !isMark && start === log.all.length;
  const isBeforeFirst = !isMark && from.commit < (log.all[0]?.position ?? 0n);
  if (isBackwards(options) && isBeforeFirst) return { events: [] };
  if (start === 'no event' || (isBackwards(options) && isBeyond)) return { status: unexpectedAllResult };
  return { events: take(log.all, start, options) };
};
