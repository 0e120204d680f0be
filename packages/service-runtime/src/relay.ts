import { setTimeout as delay } from 'node:timers/promises';
import type { EventBatch, EventBody, EventLog, Position, RecordedEvent } from '@tollgate/event-store';
import { follow } from './follow';
import type { Following, Unacknowledged } from './follow';
import type { Log } from './log';

/** Where a relay remembers how far the broker has acknowledged. */
type RelayPosition = {
  position(): Position | undefined;
  commit(changes: { puts: []; position: Position }): Promise<void>;
};

export type Relay<Body extends EventBody, Message> = {
  name: string;
  log: EventLog<Body>;
  prefix: string;
  store: RelayPosition;
  /** The message an event stands for: the same bytes each time, or nothing if the event is not for this topic. */
  toMessage(event: RecordedEvent<Body>): Message | undefined;
  /** Resolves once the broker has acknowledged all of them, in order. */
  publish(messages: Message[]): Promise<void>;
  logger: Log;
};

const idlePositions = 1_000n;

/**
 * Publishes events of the log in order, at least once: the position is stored only after the broker's acknowledgement,
 * and a batch that fails is tried again until it succeeds.
 */
export const relay = <Body extends EventBody, Message>(options: Relay<Body, Message>): Following => {
  const { store, logger, name } = options;
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  let unacknowledged: Unacknowledged | undefined;

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
        const pauseMs = Math.min(2_000, 100 * 2 ** Math.min(attempt, 10));
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

  const apply = async ({ events, position }: EventBatch<Body>): Promise<void> => {
    const messages = events.map(options.toMessage).filter((message) => message !== undefined);
    if (messages.length > 0 && !(await publish(messages))) return;
    const isWorthStoring = messages.length > 0 || position - (store.position() ?? 0n) >= idlePositions;
    if (isWorthStoring) await store.commit({ puts: [], position });
  };

  const following = follow({
    name,
    log: options.log,
    prefixes: [options.prefix],
    position: () => store.position(),
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
