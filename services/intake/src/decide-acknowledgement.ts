import { acknowledgementKey } from '@tollgate/account-table';
import { directions } from '@tollgate/balance';
import type { Direction } from '@tollgate/balance';
import { commandIdOf, cutoffStream } from '@tollgate/contracts';
import type { Acknowledgement } from '@tollgate/contracts';
import type { Planned } from './intent';
import { firstUnder, isNew } from './look-up';
import type { LookUpParts } from './look-up';
import { draftEvent } from './overlay';
import type { Draft } from './overlay';

/**
 * Decides what a switch tells of a command: each result of it counts once, whenever the switch says it came about. That the command
 * was given is looked up in the table, else in the log: the switch may have it before this table does.
 */
export const decideAcknowledgement = async (
  parts: LookUpParts,
  draft: Draft,
  told: Acknowledgement,
): Promise<Planned> => {
  const key = acknowledgementKey(told);
  const first = isNew(parts.table, draft, key) ? undefined : await firstUnder(parts, draft, key);
  if (first !== undefined) {
    const { revision, recorded } = first;
    if (recorded === undefined) return { status: 'drafted', revision, isDuplicate: true };
    return { status: 'recorded', isDuplicate: true, revision, position: recorded.position };
  }
  const direction = await directionOf(parts, told);
  if (direction === undefined || commandIdOf({ ...told, direction }) !== told.commandId) return notFound(told);
  const revision = draftEvent(draft, { type: 'CommandAcknowledged', data: { ...told, direction }, metadata: {} }, key);
  return { status: 'drafted', revision, isDuplicate: false };
};

/** Of the account's command with that sequence; absent if it was given none. */
const directionOf = async (
  { table, log }: LookUpParts,
  { accountId, sequence }: Acknowledgement,
): Promise<Direction | undefined> => {
  const inForce = directions.find((one) => table.lastDecision(accountId, one)?.sequence === sequence);
  if (inForce !== undefined) return inForce;
  const [decision] = await log.readStream(cutoffStream(accountId), { from: sequence - 1, limit: 1 });
  return decision?.type === 'TrafficBlocked' || decision?.type === 'TrafficUnblocked'
    ? decision.data.direction
    : undefined;
};

const notFound = ({ commandId, accountId, sequence }: Acknowledgement): Planned => ({
  status: 'rejected',
  rejection: {
    code: 'COMMAND_NOT_FOUND',
    detail: `commandId: account ${accountId} was given no command ${commandId} with sequence ${String(sequence)}; say all three as the command has them`,
  },
});
