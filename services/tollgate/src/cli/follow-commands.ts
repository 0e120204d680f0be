import { setTimeout as delay } from 'node:timers/promises';
import type { TrafficCommand } from '@tollgate/contracts';
import { commandReading } from './answers';
import { serverSentEvents } from './server-sent-events';
import { ConnectionError } from './tollgate-client';
import type { TollgateClient } from './tollgate-client';

export type FollowOptions = {
  isFromStart: boolean;
  signal: AbortSignal;
  /** Called when the connection is lost, and when it is back. */
  onConnection(isBack: boolean, reason?: Error): void;
};

const firstPauseMs = 250;
const longestPauseMs = 5_000;
/** The server sends something every 15 s: a connection this silent is dead. */
const silenceMs = 45_000;

/**
 * Commands as they are made, until aborted. Lost connections are resumed after the last command seen; only if nothing answers in the
 * first place it rejects, with `ConnectionError`.
 */
export async function* followCommands(client: TollgateClient, options: FollowOptions): AsyncGenerator<TrafficCommand> {
  const { signal, isFromStart, onConnection } = options;
  let lastEventId: string | undefined;
  let attempt = 0;
  let isLost = false;
  for (;;) {
    try {
      const stream = await client.commandStream({ lastEventId, isFromStart, signal });
      if (isLost) onConnection(true);
      isLost = false;
      attempt = 0;
      for await (const { id, data } of serverSentEvents(withoutSilence(stream))) {
        lastEventId = id;
        if (data !== undefined) yield commandReading.parse(JSON.parse(data));
      }
      if (signal.aborted) return;
    } catch (error) {
      if (signal.aborted) return;
      const isFirst = attempt === 0 && lastEventId === undefined && !isLost;
      if (isFirst && error instanceof ConnectionError) throw error;
      if (!isPassing(error)) throw error;
    }
    if (!isLost) onConnection(false);
    isLost = true;
    await delay(Math.min(firstPauseMs * 2 ** attempt, longestPauseMs), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    attempt += 1;
  }
}
