/** How the server misbehaves; a well-behaved one is `wellBehaved`. */
export type Faults = {
  /**
   * What calls meet. `hang`: nothing is answered any more, open subscriptions are silent. `not-ready`: as while it starts.
   * `follower`: calls that require the leader are told that it is `leader`, all others are served. `denied`: as of an unknown user.
   */
  calls: 'serve' | 'hang' | 'not-ready' | 'follower' | 'denied';
  leader: { host: string; port: number };
  /**
   * What appends meet. `hang` (a lost quorum), `forwarding-timeout`, `request-canceled`: not written. `lose-answer`,
   * `commit-timeout`: written, and the client is not told.
   */
  appends: 'write' | 'hang' | 'forwarding-timeout' | 'request-canceled' | 'commit-timeout' | 'lose-answer';
  /** How many more appends meet that; then they are written and answered again. */
  times: number;
  /** Answers come this much later. */
  lateMs: number;
  /** When a live subscription is dropped. A real server does it when its buffer of 32 live events overflows. */
  subscriptions: 'drop-on-overflow' | 'drop-after-burst' | 'keep';
};

export const wellBehaved: Faults = {
  calls: 'serve',
  leader: { host: '127.0.0.1', port: 2113 },
  appends: 'write',
  times: Infinity,
  lateMs: 0,
  subscriptions: 'drop-on-overflow',
};

/** What the next append meets. */
export const nextAppend = (faults: Faults): Faults['appends'] => {
  if (faults.appends === 'write' || faults.times <= 0) return 'write';
  faults.times -= 1;
  return faults.appends;
};
