import type { Metadata, RecordCommand } from '@tollgate/balance';
import { parseFurther, parseJson, payloadOf, recordKinds, unreadUsage } from '@tollgate/contracts';
import type { Parsed, RejectedMessage, Topics } from '@tollgate/contracts';
import { valueTextOf } from '@tollgate/kafka';
import type { ReceivedMessage } from '@tollgate/kafka';
import { createTurns } from '@tollgate/service-runtime';
import type { Item } from './intent';
import type { Ledger } from './ledger';
import { recordedBefore } from './recorded-before';

type Parts = { ledger: Ledger; topics: Topics; clock: () => Date };

/** Largest payload kept with a rejection, as JSON: below the broker's usual limit of 1 MiB with all else in the message. */
const maxPayloadBytes = 900_000;

const empty = Buffer.alloc(0);

/** No payment or call comes near this; parsing what compression made huge would take memory and time from all others. */
const maxValueBytes = 1 << 20;

/** What of a piece can be submitted, an item for each message, and what is wrong with the others. */
type Read = {
  accepted: ReceivedMessage[];
  items: Item[];
  wrong: { message: ReceivedMessage; parsed: Refused }[];
};

type Refused = Extract<Parsed<RecordCommand>, { ok: false }>;

/**
 * Handles messages of one partition: resolves once each is durable in the log, as an event of its account or as a rejection
 * with its reason, so that their offsets may be committed. Throws if the log cannot be written: deliver them again.
 */
export const createMessageHandler = ({ ledger, topics, clock }: Parts) => {
  const read = createReader(topics);
  const turn = createTurns();
  const places = createPlaces(openPieces);

  const handlePiece = async (messages: readonly ReceivedMessage[], receivedAt: string): Promise<void> => {
    const metadataOf = createMetadata(receivedAt);
    const refused: Item[] = [];
    const refuse = (message: ReceivedMessage, why: Pick<RejectedMessage, 'code' | 'detail'>): void => {
      const intent = { type: 'RejectMessage', data: rejectedMessage(message, why, receivedAt) } as const;
      refused.push({ intent, metadata: metadataOf(message) });
    };
    const { accepted, items, wrong } = read(messages, metadataOf);
    for (const { message, parsed } of wrong) {
      const before = await recordedBefore(ledger, { refused: parsed, metadata: metadataOf(message) });
      if (before === undefined) refuse(message, { code: 'INVALID_REQUEST', detail: parsed.detail });
    }
    const outcomes = await ledger.submit(items);
    accepted.forEach((message, index) => {
      const outcome = outcomes[index];
      if (outcome?.status === 'rejected') refuse(message, outcome.rejection);
    });
    await ledger.submit(refused);
  };

  return async (messages: readonly ReceivedMessage[]): Promise<void> => {
    const receivedAt = clock().toISOString();
    const pieces: Promise<void>[] = [];
    let hasFailed = false;
    // All turns are asked for at once: what is handed over later stays behind, so a partition keeps its order.
    for (let start = 0; start < messages.length; start += pieceMessages) {
      const piece = messages.slice(start, start + pieceMessages);
      pieces.push(
        places.inOne(async () => {
          await turn();
          // All of it comes again, in its order.
          if (hasFailed) return;
          await handlePiece(piece, receivedAt).catch((error: unknown) => {
            hasFailed = true;
            throw error;
          });
        }),
      );
    }
    const endings = await Promise.allSettled(pieces);
    for (const ending of endings) if (ending.status === 'rejected') throw ending.reason;
  };
};

const createReader = (topics: Topics) => {
  const parserOf = new Map<string, (body: unknown) => Parsed<RecordCommand>>([
    [topics.payments, recordKinds.payment],
    [topics.usage, recordKinds.usage],
  ]);

  const parse = (message: ReceivedMessage): Parsed<RecordCommand> => {
    const { topic } = message;
    const text = valueTextOf(message);
    if (text === null) return { ok: false, detail: 'the message has no value' };
    if (text.length > maxValueBytes)
      return { ok: false, detail: `the message is longer than ${String(maxValueBytes)} bytes` };
    const unread = topic === topics.usage ? unreadUsage(text) : undefined;
    if (unread !== undefined) return { ok: true, value: unread };
    const parser = parserOf.get(topic);
    if (parser === undefined) return { ok: false, detail: `nothing is read from ${topic}` };
    return parseFurther(parseJson(message.value ?? empty), parser);
  };

  return (messages: readonly ReceivedMessage[], metadataOf: (message: ReceivedMessage) => Metadata): Read => {
    const all: Read = { accepted: [], items: [], wrong: [] };
    for (const message of messages) {
      const parsed = parse(message);
      if (parsed.ok) {
        all.accepted.push(message);
        all.items.push({ intent: parsed.value, metadata: metadataOf(message) });
      } else all.wrong.push({ message, parsed });
    }
    return all;
  };
};

/** A millisecond or two of parsing: others have their turn between. */
const pieceMessages = 1_000;

/** A group is written and another waits to be: what is read earlier would only be copied about by the garbage collector. */
const openPieces = 3;

/** Work that begins in the order in which it was asked for, only so much of it at a time. */
const createPlaces = (most: number) => {
  let free = most;
  const waiting: (() => void)[] = [];
  return {
    inOne: async (work: () => Promise<void>): Promise<void> => {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next();
      }
    },
  };
};

/** Messages of one partition that came together have one source, and each its offset. */
const createMetadata = (receivedAt: string) => {
  let source: Metadata['source'] | undefined;
  return ({ topic, partition, offset }: ReceivedMessage): Metadata => {
    source ??= { receivedAt, channel: { kafka: { topic, partition } } };
    return { source, offset };
  };
};

const rejectedMessage = (
  { topic, partition, offset, value }: ReceivedMessage,
  { code, detail }: Pick<RejectedMessage, 'code' | 'detail'>,
  receivedAt: string,
): RejectedMessage => ({
  code,
  detail,
  receivedAt,
  source: { topic, partition, offset },
  ...payloadOf(value, maxPayloadBytes),
});
