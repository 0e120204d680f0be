import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { EventBatch, EventBody, EventLog, Position, RecordedEvent } from '@tollgate/event-store';
import { follow } from './follow';
import type { Following, Unacknowledged } from './follow';
import type { Log } from './log';

/** Where a relay remembers how far the broker has acknowledged; absent before the first time. */
export type RelayPosition = { position(): Position | undefined; store(position: Position): void };

export type Relay<Body extends EventBody, Message> = {
  name: string;
  log: EventLog<Body>;
  prefix: string;
  store: RelayPosition;
  /** The message an event stands for: the same bytes each time, or nothing if the event is not for this topic. */
  toMessage(event: RecordedEvent<Body>): Message | undefined;
  /** Which events to publish; all of them unless given. */
  isChosen?(event: RecordedEvent<Body>): boolean;
  /** Resolves once the broker has acknowledged all of them, in order. */
  publish(messages: Message[]): Promise<void>;
  logger: Log;
};

const backoff = { firstMs: 100, limitMs: 2_000 };

/** A position without messages is stored at the latest after so many batches; a restart reads again what came after it. */
const idleBatches = 100;

/**
 * Publishes events of the log in order, at least once: the position is stored only after the broker's acknowledgement,
 * and a batch that fails is tried again until it succeeds. While the position cannot be stored, a restart publishes again.
 */
export const relay = <Body extends EventBody, Message>(options: Relay<Body, Message>): Following => {
  const { store, logger, name } = options;
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  let unacknowledged: Unacknowledged | undefined;
  /** Of this process: it goes on from there also where the position cannot be stored. */
  let acknowledged: Position | undefined;
  const position = (): Position | undefined => acknowledged ?? store.position();
  let idle = 0;
  const storeNow = createStoring(options);

  const publish = async (messages: Message[]): Promise<boolean> => {
    const waiting = { messages: messages.length, since: new Date(), reason: undefined };
    unacknowledged = waiting;
    for (let attempt = 0; !isStopping(); attempt += 1) {
      try {
        await options.publish(messages);
        unacknowledged = undefined;
        if (attempt > 0) logger.info({ attempts: attempt + 1 }, `${name} publishes again`);
        return true;
      } catch (error) {
        const pauseMs = backoffMs(attempt, backoff);
        const reason = error instanceof Error ? error.message : String(error);
        const write = reason === unacknowledged?.reason ? logger.debug : logger.warn;
        unacknowledged = { ...waiting, reason };
        if (isStopping()) break;
        write.call(
          logger,
          { error: reason, waiting: messages.length, pauseMs },
          `${name} cannot publish; it tries again and loses nothing`,
        );
        await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
    logger.info(
      { waiting: messages.length },
      `${name} stops; what the broker has not acknowledged is sent at the next start`,
    );
    return false;
  };

  const apply = async ({ events, position: reached }: EventBatch<Body>): Promise<void> => {
    const chosen = options.isChosen === undefined ? events : events.filter(options.isChosen);
    const messages = chosen.map(options.toMessage).filter((message) => message !== undefined);
    if (messages.length > 0 && !(await publish(messages))) return;
    acknowledged = reached;
    idle = messages.length > 0 ? 0 : (idle + 1) % idleBatches;
    if (idle === 0) storeNow(reached);
  };

  const following = follow({
    name,
    log: options.log,
    prefixes: [options.prefix],
    position,
    apply,
    logger,
  });
  return {
    ...following,
    unacknowledged: () => unacknowledged,
    stop: () => {
      stopping.abort();
      return following.stop();
    },
  };
};

/** Stores positions. That one cannot be stored ends nothing: at worst a restart publishes again. */
const createStoring = ({ store, logger, name }: Pick<Relay<EventBody, never>, 'store' | 'logger' | 'name'>) => {
  let isTold = false;
  return (position: Position): void => {
    try {
      store.store(position);
      isTold = false;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!isTold)
        logger.warn({ error: reason }, `${name} cannot store how far it is; a restart publishes again what follows`);
      isTold = true;
    }
  };
};
