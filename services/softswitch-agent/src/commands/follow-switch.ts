import type { TrafficCommand } from '@tollgate/contracts';
import type { Log } from '@tollgate/service-runtime';
import type { Switch } from '../switch';
import type { Acknowledge } from './acknowledgements';
import { keyOf } from './latest-commands';
import type { LatestCommands } from './latest-commands';
import { startWork } from './start-work';

export type FollowedSwitch = {
  /** A command newer than all before it of its account and direction. */
  offer(command: TrafficCommand): void;
  /** All that counts is known: from now on the switch may be given everything. */
  begin(): void;
  /** Whether it has everything that was offered. */
  isUpToDate(): boolean;
  stop(): Promise<void>;
};

type Parts = { latest: LatestCommands; acknowledge: Acknowledge; logger: Log };

/**
 * Keeps one switch equal to the commands: all of them whenever it has come or something went wrong, each one otherwise, the newest of an
 * account and direction alone where several wait. What has been applied is acknowledged; what another took the place of, as stale.
 */
export const followSwitch = (target: Switch, { latest, acknowledge, logger }: Parts): FollowedSwitch => {
  const { switchId } = target;
  const waiting = new Map<string, TrafficCommand>();
  const acknowledged = new Map<string, string>();
  let hasBegun = false;
  let needsAll = true;
  let isTelling = false;

  const confirm = (command: TrafficCommand, callsCut: number): void => {
    acknowledged.set(keyOf(command), command.commandId);
    acknowledge(switchId, command, { result: 'applied', callsCut });
  };
  const applyAll = async (): Promise<void> => {
    needsAll = false;
    waiting.clear();
    const commands = latest.all();
    const callsCut = await target.applyAll(commands);
    for (const command of commands.filter((one) => acknowledged.get(keyOf(one)) !== one.commandId))
      confirm(command, callsCut.get(command.commandId) ?? 0);
    logger.info({ switchId, commands: commands.length }, 'The switch has everything');
  };
  const step = async (): Promise<boolean> => {
    if (!hasBegun || !target.isConnected()) return false;
    const [next] = waiting.values();
    if (!needsAll && next === undefined) return false;
    isTelling = true;
    try {
      if (needsAll || next === undefined) await applyAll();
      else {
        waiting.delete(keyOf(next));
        confirm(next, await target.apply(next));
      }
    } finally {
      isTelling = false;
    }
    return true;
  };

  const work = startWork(step, (error) => {
    needsAll = true;
    logger.warn({ switchId, error: String(error) }, 'The switch took no command; it is given all');
  });
  target.start(() => {
    needsAll = true;
    work.wake();
  });

  return {
    offer: (command) => {
      const older = waiting.get(keyOf(command));
      if (older !== undefined) acknowledge(switchId, older, stale);
      waiting.set(keyOf(command), command);
      work.wake();
    },
    begin: () => {
      hasBegun = true;
      work.wake();
    },
    isUpToDate: () => hasBegun && target.isConnected() && !needsAll && !isTelling && waiting.size === 0,
    stop: async () => {
      await work.stop();
      await target.close();
    },
  };
};

const stale = { result: 'stale', callsCut: 0 } as const;
