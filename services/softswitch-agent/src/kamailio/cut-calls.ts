import type { TrafficCommand } from '@tollgate/contracts';
import { keyOf } from '../commands/latest-commands';
import { dialogsOf, endDialog } from './dialogs';
import type { Dialog } from './dialogs';
import type { Rpc } from './rpc';

/** Whether only a block ends a call. */
export type HasNoLimit = (dialog: Dialog) => boolean;

const isCutting = ({ type, callsInProgress }: TrafficCommand): boolean =>
  type === 'BlockTraffic' && callsInProgress !== 'let-run';

/** A call may be answered between our looking and its end. */
const rounds = 3;

/**
 * Ends the calls that a command ends: with cut-now all of them, with cut-at-grant-end those that have no end of their own. One that
 * still rings is ended by kamailio.cfg when it is answered: told to end before, Kamailio says yes and does nothing.
 */
export const cutCalls = async (rpc: Rpc, command: TrafficCommand, hasNoLimit: HasNoLimit): Promise<number> => {
  if (!isCutting(command)) return 0;
  const isOver = (dialog: Dialog): boolean => command.callsInProgress === 'cut-now' || hasNoLimit(dialog);
  const ended = new Set<string>();
  let cut = 0;
  for (let round = 0; round < rounds; round += 1) {
    const over = (await dialogsOf(rpc, command)).filter(
      (dialog) => dialog.isAnswered && isOver(dialog) && !ended.has(placeOf(dialog)),
    );
    if (over.length === 0) break;
    for (const dialog of over) {
      ended.add(placeOf(dialog));
      if (await endDialog(rpc, dialog)) cut += 1;
    }
  }
  return cut;
};

const placeOf = ({ entry, dialog }: Dialog): string => `${String(entry)}:${String(dialog)}`;

/**
 * Ends what commands end of the calls that are there, whether a command is new or was applied before: what cut it may have been cut short
 * itself. Gives how many calls were ended for which command.
 */
export const cutAll = async (
  { rpc, hasNoLimit }: { rpc: Rpc; hasNoLimit: HasNoLimit },
  commands: readonly TrafficCommand[],
  dialogs: readonly Dialog[],
): Promise<Map<string, number>> => {
  // Of most accounts there are no calls, and asking about each takes long.
  const calling = new Set(dialogs.flatMap(({ account, vendor }) => [`${account}/inbound`, `${vendor}/outbound`]));
  const callsCut = new Map<string, number>();
  for (const command of commands)
    if (isCutting(command) && calling.has(keyOf(command)))
      callsCut.set(command.commandId, await cutCalls(rpc, command, hasNoLimit));
  return callsCut;
};
