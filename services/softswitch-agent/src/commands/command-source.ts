import type { TrafficCommand } from '@tollgate/contracts';

/** Where commands come from: all that count today first, then each as it is made; copies and older ones among them. */
export type CommandSource = {
  /** Whether all that there was has been handed over once. */
  isCaughtUp(): boolean;
  /** Hands them over in the order of their keys until the signal; connects again by itself, and never rejects. */
  run(onCommands: (commands: readonly TrafficCommand[]) => void, signal: AbortSignal): Promise<void>;
};
