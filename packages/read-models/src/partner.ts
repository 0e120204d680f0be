import { restoreAccount, storeAccount } from '@tollgate/balance';
import type { Account, Balance, Direction, StoredAccount, TrafficState } from '@tollgate/balance';
import type { Position } from '@tollgate/event-store';

/** State of one direction; `since`, `sequence` and `exhausted` are those of the decision that made it so, absent before the first. */
export type TrafficStatus = {
  readonly state: TrafficState;
  readonly since?: string | undefined;
  readonly sequence?: number | undefined;
  readonly exhausted?: readonly Balance[] | undefined;
};

/** What the read models hold of one account: its fold, its traffic, and the last event of its stream folded in. */
export type Partner = {
  readonly account: Account;
  readonly traffic: Readonly<Record<Direction, TrafficStatus>>;
  readonly revision: number;
  readonly position: Position;
};

type StoredPartner = Omit<Partner, 'account' | 'position'> & { account: StoredAccount; position: string };

/** A partner as text; what is read back is exactly what was stored. */
export const encodePartner = ({ account, traffic, revision, position }: Partner): string =>
  JSON.stringify({
    account: storeAccount(account),
    traffic,
    revision,
    position: position.toString(),
  } satisfies StoredPartner);

export const decodePartner = (text: string): Partner => {
  const { account, traffic, revision, position } = JSON.parse(text) as StoredPartner;
  return { account: restoreAccount(account), traffic, revision, position: BigInt(position) };
};
