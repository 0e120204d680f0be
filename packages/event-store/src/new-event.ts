import type { EventBody, NewEvent } from './event-log';

/** A body under its id. Written out, since V8 takes longer to spread these few fields than to decide what they say. */
export const newEvent = <Body extends EventBody>({ type, data, metadata }: Body, eventId: string): NewEvent<Body> =>
  ({ type, data, metadata, eventId }) as NewEvent<Body>;
