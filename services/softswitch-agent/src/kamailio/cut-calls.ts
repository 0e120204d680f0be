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
  const ended = new Set<string>();
  let cut = 0;
  for (let round = 0; round < rounds; round += 1) {
    const over = (await dialogsOf(rpc, command)).filter(
      (dialog) => dialog.isAnswered && isOver(dialog) && !ended.has(placeOf(dialog)),
    );
    if (over.length === 0) break;
    for (const dialog of over) {
      ended.add(placeOf(dialog));
      // It may have ended by itself.
      await rpc('dlg.end_dlg', [dialog.entry, dialog.dialog]).then(
        () => (cut += 1),
        () => undefined,
      );
    }
  }
  return cut;
};

const placeOf = ({ entry, dialog }: Dialog): string => `${String(entry)}:${String(dialog)}`;
