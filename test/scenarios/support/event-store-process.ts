import { resolve } from 'node:path';
import { createDataFolder, spawnProgram } from './tollgate-process';
import { until } from './until';

const program = resolve(__dirname, '../../../packages/eventstore-test-server/bin/eventstore-test-server.js');

/** The EventStoreDB for tests, of its own process and with its data in a folder. */
export type EventStore = {
  url: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay, and nothing is answered. */
  pause(): void;
  /** SIGCONT: what was sent meanwhile is answered, late. */
  resume(): void;
  /** On the same folder and port. */
  start(): Promise<void>;
};

export const startEventStore = async (): Promise<EventStore> => {
  const folder = await createDataFolder();
  let port = '0';
  let running: ReturnType<typeof spawnProgram>;
  const store = {
    url: '',
    start: async () => {
      running = spawnProgram(program, ['--port', port, '--folder', folder]);
      store.url = await until('the event store listens', () => /^(esdb:\S+)\n/.exec(running.output())?.[1]);
      port = new URL(store.url.replace('esdb', 'http')).port;
    },
    pause: () => {
      running.child.kill('SIGSTOP');
    },
    resume: () => {
      running.child.kill('SIGCONT');
    },
    kill: async () => {
      running.child.kill('SIGKILL');
      await running.exited;
    },
  };
  await store.start();
  return store;
};
