import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { TrafficCommand } from '@tollgate/contracts';
import { commandReading } from './answers';
import { serverSentEvents } from './server-sent-events';
import { AnswerError, ConnectionError } from './tollgate-client';
import type { TollgateClient } from './tollgate-client';

type Client = Pick<TollgateClient, 'commandStream'>;
type Stream = Awaited<ReturnType<Client['commandStream']>>;

export type FollowOptions = {
  isFromStart: boolean;
  signal: AbortSignal;
  onConnection(state: 'lost' | 'back'): void;
};

/**
 * Commands as they are made, until aborted. A lost connection is resumed after the last command seen, for as long as it takes; only
 * if nothing answers in the first place it throws `ConnectionError`.
 */
export async function* followCommands(client: Client, options: FollowOptions): AsyncGenerator<TrafficCommand> {
  const { signal, isFromStart, onConnection } = options;
  let lastEventId: string | undefined;
  let stream: Stream | undefined = await client.commandStream({ isFromStart, lastEventId, signal });
  while (stream !== undefined) {
    for await (const { id, data } of serverSentEvents(untilBroken(stream))) {
      lastEventId = id;
      if (data !== undefined) yield commandReading.parse(JSON.parse(data));
    }
    if (signal.aborted) return;
    onConnection('lost');
    const resumeFrom = lastEventId;
    stream = await untilConnected(() => client.commandStream({ isFromStart, lastEventId: resumeFrom, signal }), signal);
    if (stream) onConnection('back');
  }
}

const backoff = { firstMs: 250, limitMs: 5_000 };

/** Absent if aborted. */
const untilConnected = async (connect: () => Promise<Stream>, signal: AbortSignal): Promise<Stream | undefined> => {
  for (let attempt = 0; ; attempt += 1) {
    await delay(backoffMs(attempt, backoff), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return undefined;
    try {
      return await connect();
    } catch (error) {
      const isPassing = error instanceof ConnectionError || (error instanceof AnswerError && error.status >= 500);
      if (!isPassing) throw error;
    }
  }
};

/** The server sends something every 15 s: a connection this silent is dead. */
const silenceMs = 45_000;

/** The bytes of a stream until it ends, fails or falls silent: all three are a lost connection. */
async function* untilBroken(stream: Stream): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const silence = new AbortController();
      const chunk = await Promise.race([
        reader.read().catch(() => undefined),
        delay(silenceMs, undefined, { signal: silence.signal }).catch(() => undefined),
      ]);
      silence.abort();
      if (chunk?.value === undefined) return;
      yield chunk.value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
