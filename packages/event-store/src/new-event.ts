import type { EventBody, NewEvent } from './event-log';

/** A body under its id. Written out, since V8 takes longer to spread these few fields than to decide what they say. */
export const newEvent = <Body extends EventBody>(body: Body, eventId: string): NewEvent<Body> => {
  const { type, metadata, unread } = body;
  if (unread !== undefined) return new UnreadEvent({ type, metadata }, unread, eventId) as EventBody as NewEvent<Body>;
  return { type, data: body.data, metadata, eventId } as NewEvent<Body>;
};

type Unread = NonNullable<EventBody['unread']>;

/** `unread` is no field of its own, so that a copy cannot take it along and say something else. */
class UnreadEvent implements EventBody {
  readonly type: string;
  readonly metadata: EventBody['metadata'];
  readonly eventId: string;
  readonly #unread: Unread;

  constructor({ type, metadata }: Pick<EventBody, 'type' | 'metadata'>, unread: Unread, eventId: string) {
    this.type = type;
    this.metadata = metadata;
    this.eventId = eventId;
    this.#unread = unread;
  }

  get unread(): Unread {
    return this.#unread;
  }

  get data(): object {
    return this.#unread.data;
  }

  toJSON(): object {
    const { type, data, metadata, eventId } = this;
    return { type, data, metadata, eventId };
  }
}
