import type { EventBody, EventCodec } from '@tollgate/event-store';

export const codec: EventCodec<EventBody> = {
  versionOf: () => 1,
  decode: ({ type, version, data, metadata }) => {
    if (version !== 1) throw new Error(`${type} of version ${String(version)} is not known`);
    return { type, data, metadata };
  },
};
