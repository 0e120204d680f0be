/** A real server forgot between 100,000 and 125,000 other events. */
const capacity = 112_500;

export type RememberedIds = {
  remember: (id: string, stream: string, revision: bigint) => void;
  revisionIn: (stream: string, id: string) => bigint | undefined;
  forget: () => void;
};

/** The ids a server holds in memory: one stream and revision an id, the first, and the oldest go. Nothing survives a restart. */
export const createRememberedIds = (): RememberedIds => {
  const places = new Map<string, { stream: string; revision: bigint }>();
  return {
    remember: (id, stream, revision) => {
      if (places.has(id)) return;
      places.set(id, { stream, revision });
      for (const oldest of places.keys()) {
        if (places.size <= capacity) break;
        places.delete(oldest);
      }
    },
    revisionIn: (stream, id) => {
      const place = places.get(id);
      return place?.stream === stream ? place.revision : undefined;
    },
    forget: () => places.clear(),
  };
};
