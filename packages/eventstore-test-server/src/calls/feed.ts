import type { ReadReq } from '@eventstore/db-client/generated/streams_pb';
import { ReadResp } from '@eventstore/db-client/generated/streams_pb';
import type { StatusObject } from '@grpc/grpc-js';
import { findStart } from '../log/all-position';
import type { EventLog } from '../log/event-log';
import { deletedRevision, type RecordedEvent } from '../log/recorded-event';
import { handlerThrew, streamDeleted } from '../wire/errors';
import { allPosition, streamName } from '../wire/read-request';
import { eventMessage } from '../wire/recorded-event-message';

/** What a subscription sends, an event at a time. */
export type Feed = {
  /** What is to be sent of the next event, which may be nothing; undefined at the end of the log. */
  next: (isLive: boolean) => ReadResp[] | undefined;
  /** Why nothing can follow. */
  failure: () => StatusObject | undefined;
};

export const createFeed = (log: EventLog, options: ReadReq.Options): Feed | StatusObject =>
  options.hasAll() ? allFeed(log, options) : streamFeed(log, options);

const streamFeed = (log: EventLog, options: ReadReq.Options): Feed | StatusObject => {
  const asked = options.getStream();
  const name = streamName(asked?.getStreamIdentifier());
  if (!asked || name === '') return handlerThrew;
  if (log.shown(name) === 'deleted') return streamDeleted(name);
  let index = asked.hasEnd() ? log.all.length : 0;
  const after = asked.hasRevision() ? BigInt(asked.getRevision()) : -1n;
  let isDeleted = false;
  const isShown = (event: RecordedEvent): boolean => {
    const shown = log.shown(name);
    return typeof shown === 'string' || event.revision >= (shown.events[0]?.revision ?? 0n);
  };
  return {
    next: () => {
      const event = log.all[index++];
      if (!event) index -= 1;
      if (!event || isDeleted) return undefined;
      if (event.stream !== name || event.revision <= after || !isShown(event)) return [];
      isDeleted = event.revision === deletedRevision;
      return [eventMessage(event)];
    },
    failure: () => (isDeleted ? streamDeleted(name) : undefined),
  };
};

const allFeed = (log: EventLog, options: ReadReq.Options): Feed | StatusObject => {
  const filter = options.getFilter();
  const matches = filter ? createMatch(filter) : () => true;
  const from = allPosition(options);
  const found = findStart(log, from);
  const start = found === 'beyond the end' ? log.all.length : found;
  if (!matches || typeof start === 'string') return handlerThrew;
  const isEvent = typeof from === 'object' && log.all[start]?.position === from.commit && from.prepare === from.commit;
  let index = isEvent ? start + 1 : start;
  const checkpoints = filter ? createCheckpoints(filter) : () => undefined;
  return {
    next: (isLive) => {
      const event = log.all[index];
      if (!event) return undefined;
      index += 1;
      const checkpoint = checkpoints(event, isLive);
      return [...(matches(event) ? [eventMessage(event)] : []), ...(checkpoint ? [checkpoint] : [])];
    },
    failure: () => undefined,
  };
};

type Filter = ReadReq.Options.FilterOptions;

/** Nothing where the expression cannot be read. */
const createMatch = (filter: Filter): ((event: RecordedEvent) => boolean) | undefined => {
  const ofStream = filter.getStreamIdentifier();
  const expression = ofStream ?? filter.getEventType();
  if (!expression) return undefined;
  const subject = (event: RecordedEvent): string => (ofStream ? event.stream : event.type);
  const prefixes = expression.getPrefixList();
  if (expression.getRegex() === '') return (event) => prefixes.some((prefix) => subject(event).startsWith(prefix));
  try {
    const regex = new RegExp(expression.getRegex(), 'u');
    return (event) => regex.test(subject(event));
  } catch {
    return undefined;
  }
};

/** As many events are considered at a time where the client does not say. */
const defaultWindow = 32;

/**
 * A checkpoint every so many events considered. Live it is at the last of them; while catching up it is where the last window
 * began, without a prepare position: a resumed subscription may see a few events again.
 */
const createCheckpoints = (filter: Filter): ((event: RecordedEvent, isLive: boolean) => ReadResp | undefined) => {
  const window = filter.hasMax() ? filter.getMax() : defaultWindow;
  const interval = window * filter.getCheckpointintervalmultiplier();
  let considered = 0;
  let wasLive = false;
  let windowStart = 0n;
  return (event, isLive) => {
    if (isLive !== wasLive) considered = 0;
    wasLive = isLive;
    if (considered % window === 0) windowStart = event.position;
    considered += 1;
    if (considered % interval !== 0) return undefined;
    const [commit, prepare] = isLive ? [event.position, event.position] : [windowStart, 0n];
    const checkpoint = new ReadResp.Checkpoint().setCommitPosition(`${commit}`).setPreparePosition(`${prepare}`);
    return new ReadResp().setCheckpoint(checkpoint);
  };
};
