import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { TrafficCommand } from '@tollgate/contracts';
import type { Log } from '@tollgate/service-runtime';
import type { Switch } from '../switch';
import type { Acknowledge } from './acknowledgements';
import { keyOf } from './latest-commands';
import type { LatestCommands } from './latest-commands';

const backoff = { firstMs: 100, limitMs: 5_000 };

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
  const waiting = new Map<string, TrafficCommand>();
  const acknowledged = new Map<string, string>();
  const stopping = new AbortController();
  let hasBegun = false;
  let needsAll = true;
  let wake = (): void => undefined;
  let failures = 0;

  const confirm = (command: TrafficCommand, callsCut: number): void => {
    acknowledged.set(keyOf(command), command.commandId);
    acknowledge(target.switchId, command, { result: 'applied', callsCut });
  };
  const applyAll = async (): Promise<void> => {
    needsAll = false;
    waiting.clear();
    const commands = latest.all();
    const callsCut = await target.applyAll(commands);
    for (const command of commands)
      if (acknowledged.get(keyOf(command)) !== command.commandId) confirm(command, callsCut.get(command.commandId) ?? 0);
    logger.info({ switchId: target.switchId, commands: commands.length }, 'The switch has everything');
  };
  const applyNext = async (command: TrafficCommand): Promise<void> => {
    waiting.delete(keyOf(command));
    confirm(command, await target.apply(command));
  };
  const step = async (): Promise<boolean> => {
    if (!hasBegun || !target.isConnected()) return false;
    const [next] = waiting.values();
    if (needsAll) await applyAll();
    else if (next !== undefined) await applyNext(next);
    else return false;
    return true;
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      try {
        if (!(await step())) await woken;
        failures = 0;
      } catch (error) {
        needsAll = true;
        logger.warn({ switchId: target.switchId, error: String(error) }, 'The switch took no command; it will be given all');
        await delay(backoffMs(failures, backoff), undefined, { signal: stopping.signal }).catch(() => undefined);
        failures += 1;
      }
    }
  };
  const done = run();
  target.start(() => {
    needsAll = true;
    wake();
  });

  return {
    offer: (command) => {
      const older = waiting.get(keyOf(command));
      if (older !== undefined) acknowledge(target.switchId, older, { result: 'stale', callsCut: 0 });
      waiting.set(keyOf(command), command);
      wake();
    },
    begin: () => {
      hasBegun = true;
      wake();
    },
    isUpToDate: () => hasBegun && target.isConnected() && !needsAll && waiting.size === 0,
    stop: async () => {
      stopping.abort();
      wake();
      await done;
      await target.close();
    },
  };
};
