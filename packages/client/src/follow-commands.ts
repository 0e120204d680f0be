import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { TrafficCommand } from '@tollgate/contracts';
import { AnswerError, ConnectionError, connect, whole } from './http';
import { serverSentEvents } from './server-sent-events';

export type FollowOptions = {
  /** Begins with the first command there is, not with the next. */
  isFromStart: boolean;
  /** Begins after the command that came with this id, whatever `isFromStart` says. */
  after?: string | undefined;
  signal: AbortSignal;
  onConnection(state: 'lost' | 'back'): void;
};

/** `id`: its position in the log, to begin after it another time. */
export type Followed = { id: string; command: TrafficCommand };

type Stream = ReadableStream<Uint8Array>;

/**
 * Commands as they are made, until aborted. A lost connection is resumed after the last command seen, for as long as it takes; only
 * if nothing answers in the first place it throws `ConnectionError`, and `AnswerError` where the log does not go on from `after`.
 */
export async function* followCommands(url: string, options: FollowOptions): AsyncGenerator<Followed> {
  const { signal, onConnection } = options;
  let after = options.after;
  let stream: Stream | undefined = await open(url, options, after);
  while (stream !== undefined) {
    for await (const { id, data } of serverSentEvents(untilBroken(stream))) {
      after = id;
      if (id !== undefined && data !== undefined) yield { id, command: JSON.parse(data) as TrafficCommand };
    }
    if (signal.aborted) return;
    onConnection('lost');
    const resumeFrom = after;
    stream = await untilConnected(() => open(url, options, resumeFrom), signal);
    if (stream) onConnection('back');
  }
}

const open = async (
  url: string,
  { isFromStart, signal }: FollowOptions,
  after: string | undefined,
): Promise<Stream> => {
  const address = new URL(`/v1/traffic-control${isFromStart ? '?from=start' : ''}`, url);
  const headers = { accept: 'text/event-stream', ...(after !== undefined && { 'last-event-id': after }) };
  const answer = await connect(address, { headers, signal });
  if (!answer.ok || answer.body === null) await whole(address, answer);
  return answer.body ?? new ReadableStream<Uint8Array>();
};

const backoff = { firstMs: 250, limitMs: 5_000 };

/** Absent if aborted. */
const untilConnected = async (
  connectAgain: () => Promise<Stream>,
  signal: AbortSignal,
): Promise<Stream | undefined> => {
  for (let attempt = 0; ; attempt += 1) {
    await delay(backoffMs(attempt, backoff), undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return undefined;
    try {
      return await connectAgain();
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
