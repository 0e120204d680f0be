import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Action } from './control';
import type { Faults } from './faults';

export type EventStoreProcess = {
  url: string;
  port: number;
  /** Has it misbehave: one of its actions, `misbehave` with the faults. */
  control: (action: Action, faults?: Partial<Faults>) => Promise<void>;
  /** SIGSTOP and SIGCONT stall it; it ends by any other. */
  signal: (signal: NodeJS.Signals) => void;
  /** Ends it at once, as kill -9 does. */
  kill: () => Promise<void>;
};

/** The server in a process of its own. Started again on the folder of a killed one it has all that was acknowledged. */
export const startEventStoreProcess = async (options: {
  port?: number;
  folder?: string;
}): Promise<EventStoreProcess> => {
  const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const program = join(__dirname, '../bin/eventstore-test-server.js');
  const child = spawn(process.execPath, [program, ...given], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const read: IteratorResult<string, undefined> = await lines.next();
    if (read.done === true) throw new Error('The EventStoreDB server for tests did not start.');
    return read.value;
  };
  const url = await line();
  const controlUrl = await line();
  return {
    url,
    port: Number(new URL(url).port),
    control: async (action, faults = {}) => {
      const response = await fetch(`${controlUrl}/${action}`, { method: 'POST', body: JSON.stringify(faults) });
      if (!response.ok) throw new Error(await response.text());
    },
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
};
