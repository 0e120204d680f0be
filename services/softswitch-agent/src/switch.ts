import type { TrafficCommand } from '@tollgate/contracts';

/** A switch whose tables follow the commands. One call at a time is made to it. */
export type Switch = {
  readonly switchId: string;
  /**
   * Makes it block exactly what these commands block, ends calls as they say, and lets it take calls. Resolves with how many calls
   * were ended for which command; rejects where the switch cannot be reached.
   */
  applyAll(commands: readonly TrafficCommand[]): Promise<ReadonlyMap<string, number>>;
  /** Resolves with how many calls were ended. The same again changes nothing. Rejects where the switch cannot be reached. */
  apply(command: TrafficCommand): Promise<number>;
  isConnected(): boolean;
  /** Begins; calls back whenever the switch has come, or come back, and has to be given everything. */
  start(onCome: () => void): void;
  /** Nothing of a switch that asks the ledger by itself. */
  figures(): SwitchFigures | undefined;
  close(): Promise<void>;
};

/** Since the agent was started: calls let through, refused, and left to the switch's policy; and those that go on now. */
export type SwitchFigures = { route: number; refuse: number; policy: number; live: number };
