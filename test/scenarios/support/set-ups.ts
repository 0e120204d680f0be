import { randomUUID } from 'node:crypto';
import { startEventStore } from './event-store-process';
import type { EventStore } from './event-store-process';

/** Where Tollgate keeps its log. Each call gives what a ledger of its own is started with. */
export type SetUp = { name: string; environment(): Promise<NodeJS.ProcessEnv> };

let store: Promise<Pick<EventStore, 'url'>> | undefined;

/** A real server where EVENTSTORE_URL names one, else the one for tests: one for all tests of a file. */
const sharedStore = (): Promise<Pick<EventStore, 'url'>> => {
  const url = process.env['EVENTSTORE_URL'];
  return (store ??= url === undefined ? startEventStore() : Promise.resolve({ url }));
};

const newStreamPrefix = (): string => `t${randomUUID().replaceAll('-', '')}-`;

export const setUps: SetUp[] = [
  { name: 'embedded', environment: () => Promise.resolve({}) },
  {
    name: 'EventStoreDB',
    environment: async () => {
      const { url } = await sharedStore();
      return { EVENTSTORE_URL: url, EVENTSTORE_STREAM_PREFIX: newStreamPrefix() };
    },
  },
];
