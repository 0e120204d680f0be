import type { TrafficCommand } from '@tollgate/contracts';
import { keyOf } from '../commands/latest-commands';
import { RpcRefused } from './rpc';
import type { Rpc } from './rpc';

const table = 'blocked';
const absent = 404;

/** What stands in the switch's table for a command that blocks; nothing does for one that opens. */
export const valueOf = ({ sequence, callsInProgress }: TrafficCommand): string =>
  `${String(sequence)}:${callsInProgress ?? 'cut-at-grant-end'}`;

/** Writes what a command says. */
export const writeCommand = async (rpc: Rpc, command: TrafficCommand): Promise<void> => {
  if (command.type === 'BlockTraffic') await rpc('htable.sets', [table, keyOf(command), valueOf(command)]);
  else await remove(rpc, keyOf(command));
};

/** Makes the table equal to the commands by what differs: a table that is emptied first lets everybody pass. */
export const writeDifference = async (rpc: Rpc, commands: readonly TrafficCommand[]): Promise<void> => {
  const there = await readTable(rpc);
  const blocks = commands.filter(({ type }) => type === 'BlockTraffic');
  const missing = blocks.filter((command) => there.get(keyOf(command)) !== valueOf(command));
  const wanted = new Set(blocks.map(keyOf));
  for (const command of missing) await writeCommand(rpc, command);
  for (const key of there.keys()) if (!wanted.has(key)) await remove(rpc, key);
};

type Dumped = { slot: { name: string; value: string }[] }[];

const readTable = async (rpc: Rpc): Promise<Map<string, string>> => {
  const dumped = (await rpc('htable.dump', [table])) as Dumped;
  return new Map(dumped.flatMap(({ slot }) => slot.map(({ name, value }) => [name, value] as const)));
};

const remove = async (rpc: Rpc, key: string): Promise<void> => {
  await rpc('htable.delete', [table, key]).catch((error: unknown) => {
    if (!(error instanceof RpcRefused && error.code === absent)) throw error;
  });
};
