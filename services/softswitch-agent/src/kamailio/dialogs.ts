import type { TrafficCommand } from '@tollgate/contracts';
import { RpcRefused } from './rpc';
import type { Rpc } from './rpc';

/** A call as the switch has it. */
export type Dialog = {
  entry: number;
  dialog: number;
  isAnswered: boolean;
  startedAt: number;
  id: string;
  account: string;
  vendor: string;
  legs: string;
  /** What was granted at first; 0 is no limit. */
  seconds: number;
};

/** The calls that an account originates (inbound) or terminates (outbound). */
export const dialogsOf = async (
  rpc: Rpc,
  { accountId, direction }: Pick<TrafficCommand, 'accountId' | 'direction'>,
): Promise<Dialog[]> => dialogsIn(await rpc('dlg.profile_list', [direction, accountId]));

export const allDialogs = async (rpc: Rpc): Promise<Dialog[]> => dialogsIn(await rpc('dlg.list'));

/** Whether there was a call to be ended: it may have ended by itself. */
export const endDialog = (rpc: Rpc, { entry, dialog }: Dialog): Promise<boolean> =>
  rpc('dlg.end_dlg', [entry, dialog]).then(
    () => true,
    (error: unknown) => {
      if (error instanceof RpcRefused) return false;
      throw error;
    },
  );

type Listed = {
  h_entry: number;
  h_id: number;
  state: number;
  start_ts: number;
  variables?: Record<string, string>[];
};

const answered = 3;
const ended = 5;

const dialogsIn = (listed: unknown): Dialog[] =>
  (Array.isArray(listed) ? (listed as Listed[]) : [])
    .filter(({ state }) => state < ended)
    .map(({ h_entry: entry, h_id: dialog, state, start_ts: startedAt, variables = [] }) => {
      const known: Record<string, string> = Object.assign({}, ...variables) as Record<string, string>;
      return {
        entry,
        dialog,
        isAnswered: state >= answered,
        startedAt,
        id: known['id'] ?? '',
        account: known['account'] ?? '',
        vendor: known['vendor'] ?? '',
        legs: known['legs'] ?? '',
        seconds: Number(known['seconds'] ?? 0),
      };
    });
