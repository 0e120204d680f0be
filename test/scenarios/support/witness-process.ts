import { resolve } from 'node:path';
import { spawnProgram } from './tollgate-process';
import { until } from './until';

const program = resolve(__dirname, '../../../infra/witness/run.js');

/** A witness of its own process, as somebody else runs it. */
export type WitnessProcess = {
  /** What Tollgate is told of it. */
  address: string;
  /** Its public key. */
  key: string;
  port: string;
  /** SIGKILL. */
  kill(): Promise<unknown>;
};

type Options = { name: string; state: string; logs: readonly string[]; port?: string };

export const startWitnessProcess = async ({ name, state, logs, port = '0' }: Options): Promise<WitnessProcess> => {
  const of = logs.flatMap((log) => ['--log', log]);
  const { child, exited, output } = spawnProgram(program, [
    ...['--name', name, '--state', state, '--port', port],
    ...of,
  ]);
  const [, address = '', taken = '', key = ''] = await until(
    'the witness listens',
    () => /TOLLGATE_WITNESSES='(\S+:(\d+) (\S+))'/.exec(output()) ?? undefined,
  );
  return {
    ...{ address, key, port: taken },
    kill: () => {
      child.kill('SIGKILL');
      return exited;
    },
  };
};
