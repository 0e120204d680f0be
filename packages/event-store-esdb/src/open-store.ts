import { connect } from './connection';
import { createStore } from './store';
import type { Store } from './store';
import { createStoreNames } from './store-names';
import type { StoreNames } from './store-names';
import { patiently, usualTiming } from './time-limit';
import type { Timing } from './time-limit';

export type StoreOptions = {
  /** The connection string, asked again before each use: a password that is changed there takes effect. */
  connectionString: () => string;
  /** What the names of this ledger's streams begin with, in a store that holds others too. */
  streamPrefix: string;
  timing?: Partial<Timing>;
};

export type OpenStore = { store: Store; names: StoreNames; timing: Timing };

/** A store, and what is asked of it first, which says that it can be reached: where that throws, nothing stays open. */
export const openStore = async <First>(
  { connectionString, streamPrefix, timing: given }: StoreOptions,
  ask: (opened: OpenStore) => Promise<First>,
): Promise<OpenStore & { first: First }> => {
  const timing = { ...usualTiming, ...given };
  const names = createStoreNames(streamPrefix);
  const store = createStore(connect(connectionString), timing);
  const opened = { store, names, timing };
  try {
    return { ...opened, first: await patiently(timing.patienceMs, () => ask(opened)) };
  } catch (error) {
    await store.close();
    throw error;
  }
};
