/** What kamailio.cfg tells over evapi, by `event`. */
export type SwitchMessage = Hello | AskMessage | CallMessage | { event: 'late'; id: string };

type Hello = { event: 'hello'; epoch: string };

export type AskMessage = {
  event: 'ask';
  id: string;
  /** Of the transaction that waits for the answer. */
  index: number;
  label: number;
  account: string;
  /** `account@host:port` with commas between, the first choice first. */
  vendors: string;
  /** The vendor who could not take the call before; empty at first. */
  failed: string;
  caller: string;
  callee: string;
  callId: string;
};

/** Of a call that was answered, and of one that has ended or was never answered. */
export type CallMessage = {
  event: 'answered' | 'ended' | 'failed';
  id: string;
  account: string;
  vendor: string;
  legs: string;
  /** What was granted at first; 0 is no limit. */
  seconds: number;
  entry: number;
  dialog: number;
};
