import type { TrafficCommand } from '@tollgate/contracts';

export const keyOf = ({ accountId, direction }: Pick<TrafficCommand, 'accountId' | 'direction'>): string =>
  `${accountId}/${direction}`;

export type LatestCommands = ReturnType<typeof createLatestCommands>;

/** The newest command of each account and direction. Copies and older ones come again and again, and change nothing. */
export const createLatestCommands = () => {
  const latest = new Map<string, TrafficCommand>();
  return {
    /** Whether it is newer than all that came before it. */
    take: (command: TrafficCommand): boolean => {
      const key = keyOf(command);
      if (command.sequence <= (latest.get(key)?.sequence ?? 0)) return false;
      latest.set(key, command);
      return true;
    },
    all: (): TrafficCommand[] => [...latest.values()],
    isLatest: (command: TrafficCommand): boolean => latest.get(keyOf(command))?.commandId === command.commandId,
  };
};
