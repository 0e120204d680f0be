/** A line of an export, as far as its shape is known. */
export type Event = {
  stream: string;
  revision: number;
  eventId: string;
  type: string;
  recordedAt: string;
  receivedAt?: string;
  reversed?: { direction: Direction; amount: string };
  restored?: Fields;
  /** Names the key that caller and callee are sealed with. */
  sealed?: string;
  data: Fields;
};

export type Fields = Record<string, unknown>;
export type Direction = 'inbound' | 'outbound';

/** The line is no event of a ledger; the message says why. */
export class NoEvent extends Error {}

/** Throws `NoEvent`. */
export const eventIn = (line: string): Event => {
  const value = parsed(line);
  if (!isFields(value) || !isFields(value['data'])) throw new NoEvent('it is no event');
  const { stream, revision, eventId, type, recordedAt } = value;
  const texts = [stream, eventId, type, recordedAt];
  if (!texts.every((text) => typeof text === 'string') || !Number.isSafeInteger(revision))
    throw new NoEvent('stream, revision, eventId, type and recordedAt are not all there');
  return value as Event;
};

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    throw new NoEvent('it is no JSON');
  }
};

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
