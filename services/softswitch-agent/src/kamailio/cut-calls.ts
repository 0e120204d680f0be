import type { TrafficCommand } from '@tollgate/contracts';
import { dialogsOf } from './dialogs';
import type { Dialog } from './dialogs';
import type { Rpc } from './rpc';

/** A call may be answered between our looking and its end. */
const rounds = 3;

/**
 * Ends the calls that a command ends: with cut-now all of them, with cut-at-grant-end those that have no end of their own. One that
 * still rings is ended by kamailio.cfg when it is answered: told to end before, Kamailio says yes and does nothing.
 */
export const cutCalls = async (rpc: Rpc, command: TrafficCommand): Promise<number> => {
  if (command.type !== 'BlockTraffic' || command.callsInProgress === 'let-run') return 0;
  const isOver = ({ seconds }: Dialog): boolean => command.callsInProgress === 'cut-now' || seconds === 0;
  let cut = 0;
  for (let round = 0; round < rounds; round += 1) {
    const over = (await dialogsOf(rpc, command)).filter((dialog) => dialog.isAnswered && isOver(dialog));
    if (over.length === 0) break;
    for (const { entry, dialog } of over) {
      // It may have ended by itself.
      await rpc('dlg.end_dlg', [entry, dialog]).then(
        () => (cut += 1),
        () => undefined,
      );
    }
  }
  return cut;
};
