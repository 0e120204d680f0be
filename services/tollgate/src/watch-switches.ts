import type { AccountTable, Unapplied } from '@tollgate/account-table';
import { Gauge } from '@tollgate/service-runtime';
import type { Log, Registry } from '@tollgate/service-runtime';

/** Whether the switches apply what they are told, by the clock of this process. */
export type SwitchWatch = { observe(registers: Registry[]): void; stop(): void };

type Parts = {
  table: Pick<AccountTable, 'unapplied'>;
  /** Those that must answer. */
  switches: readonly string[];
  withinMs: number;
  clock: () => Date;
  logger: Log;
};

const tickMs = 500;

/**
 * Warns when a switch has not applied a command in time, once until it has applied all that are due; however many commands it lets
 * lie, the log has one line of it.
 */
export const watchSwitches = ({ table, switches, withinMs, clock, logger }: Parts): SwitchWatch => {
  const late = new Set<string>();

  const owed = (): Map<string, Owed> => {
    const bySwitch = new Map<string, Owed>();
    for (const command of table.unapplied(clock().getTime() - withinMs))
      for (const name of command.switches) {
        const known = bySwitch.get(name);
        if (known === undefined) bySwitch.set(name, { oldest: command, count: 1 });
        else known.count += 1;
      }
    return bySwitch;
  };

  const look = (): void => {
    const bySwitch = owed();
    for (const [name, { oldest, count }] of bySwitch) {
      if (late.has(name)) continue;
      late.add(name);
      const { accountId, direction, sequence, decidedAt } = oldest;
      logger.warn({ switch: name, commands: count, accountId, direction, sequence, decidedAt }, lateText);
    }
    for (const name of late)
      if (!bySwitch.has(name)) {
        late.delete(name);
        logger.info({ switch: name }, 'the switch has applied every command that was due');
      }
  };

  const timer = switches.length === 0 ? undefined : setInterval(look, tickMs);
  return {
    observe: (registers) => {
      new Gauge({
        name: 'tollgate_unacknowledged_commands',
        help: 'Commands in force that a switch named in SWITCHES has not applied within ACKNOWLEDGE_WITHIN_MS',
        labelNames: ['switch'],
        registers,
        collect() {
          const bySwitch = owed();
          for (const name of switches) this.set({ switch: name }, bySwitch.get(name)?.count ?? 0);
        },
      });
    },
    stop: () => {
      clearInterval(timer);
    },
  };
};

type Owed = { oldest: Unapplied; count: number };

const lateText =
  'a switch has not applied a command in time: traffic that should be cut may flow, or be cut that should flow; see whether it, and its agent, run';
