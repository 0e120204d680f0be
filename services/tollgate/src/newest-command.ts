import type { AccountTable, Partner } from '@tollgate/account-table';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';

/** A direction of an account. */
export type CommandKey = { accountId: string; direction: 'inbound' | 'outbound' };

/** What is folded of commands. */
type Folded = Pick<AccountTable, 'position'> & { partner(accountId: string): Pick<Partner, 'traffic'> | undefined };

/** The newest command of each key: the account table's, or one that was sent before the table had folded it. */
export const createNewest = (table: Folded) => {
  const ahead = new Map<string, { sequence: number; position: bigint }>();
  return {
    /** Before it is sent. */
    note: ({ data, position }: RecordedEvent<LogEvent>): void => {
      if ('sequence' in data) ahead.set(textOf(data), { sequence: data.sequence, position });
    },
    /** Its sequence, 0 where there is none. */
    of: (key: CommandKey): number =>
      Math.max(
        table.partner(key.accountId)?.traffic[key.direction].sequence ?? 0,
        ahead.get(textOf(key))?.sequence ?? 0,
      ),
    forgetFolded: (): void => {
      const folded = table.position() ?? 0n;
      for (const [key, { position }] of ahead) if (position <= folded) ahead.delete(key);
    },
  };
};

export type Newest = ReturnType<typeof createNewest>;

const textOf = ({ accountId, direction }: CommandKey): string => `${accountId}/${direction}`;

/** Absent where it is none that commands are published under. */
export const commandKeyIn = (key: Buffer | null): CommandKey | undefined => {
  const [, accountId, direction] = /^([^/]+)\/(inbound|outbound)$/.exec(String(key)) ?? [];
  return accountId === undefined ? undefined : { accountId, direction: direction as CommandKey['direction'] };
};
