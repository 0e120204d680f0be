import { createHash } from 'node:crypto';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';

/** What two logs have in common that say the same: the SHA-256 of the lines of their events, in the order of the log. */
export type LogDigest = {
  add(line: string): void;
  events(): number;
  /** In hex; nothing is added after it. */
  digest(): string;
};

export const createLogDigest = (): LogDigest => {
  const hash = createHash('sha256');
  let events = 0;
  return {
    add: (line) => {
      hash.update(line).update('\n');
      events += 1;
    },
    events: () => events,
    digest: () => hash.digest('hex'),
  };
};

/** All that an event says but its position, as one line: the same wherever it is kept, whatever the order of its fields there. */
export const lineOf = ({
  stream,
  revision,
  eventId,
  type,
  recordedAt,
  data,
  metadata,
}: RecordedEvent<LogEvent>): string =>
  JSON.stringify([stream, revision, eventId, type, recordedAt, inOrder(data), inOrder(metadata)]);

const inOrder = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inOrder);
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(fields.map(([name, field]) => [name, inOrder(field)]));
};
