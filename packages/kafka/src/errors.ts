/** No broker answered in time. Worth trying again. */
export class KafkaUnavailable extends Error {
  override readonly name = 'KafkaUnavailable';
  readonly retriable = true;
}

/** The brokers know no such topic, or no such partition of it. Worth trying again: it may be created. */
export class TopicMissing extends Error {
  override readonly name = 'TopicMissing';
  readonly retriable = true;
}

/** The brokers know us and let us not read the topic. Worth trying again: it may be granted. */
export class TopicForbidden extends Error {
  override readonly name = 'TopicForbidden';
  readonly retriable = true;
}

type Refused = { topic: string; key: string };

/**
 * Messages were not acknowledged. With `retriable` some of them may have been written all the same: publish the whole
 * list again. Without it the broker refuses the message named by `refused`, and would again.
 */
export class PublishError extends Error {
  override readonly name = 'PublishError';
  readonly retriable: boolean;
  readonly refused: Refused | undefined;

  constructor(message: string, facts: { refused?: Refused; cause?: unknown } = {}) {
    super(message, { cause: facts.cause });
    this.retriable = facts.refused === undefined;
    this.refused = facts.refused;
  }
}

/** The error and what caused it, outermost first. kafkajs wraps the telling one in others. */
export const causesOf = (error: unknown): Error[] => (error instanceof Error ? [error, ...causesOf(error.cause)] : []);

/** The Kafka protocol's name of an error, such as MESSAGE_TOO_LARGE, if a broker's answer is behind it. */
export const protocolErrorOf = (error: unknown): string | undefined =>
  causesOf(error)
    .map((cause) => ('type' in cause && typeof cause.type === 'string' ? cause.type : undefined))
    .find((type) => type !== undefined);

/** For people: what happened, in the broker's words where it answered. */
export const describe = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  const type = protocolErrorOf(error);
  return type === undefined ? message : `${message} (${type})`;
};
