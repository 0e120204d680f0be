import type { TrafficCommand } from '@tollgate/contracts';

export type Outcome = { result: 'applied' | 'stale'; callsCut: number };

/** Tells the ledger what a switch did with a command; tried until it is told, and never waited for. */
export type Acknowledge = (switchId: string, command: TrafficCommand, outcome: Outcome) => void;
