import type { Sipp } from './sipp';

/** What became of a call, with times in milliseconds since 1970. */
export type Call = {
  status: number;
  /** The header, as it came with a refusal or a BYE of the switch. */
  reason: string;
  answeredAt?: number;
  endedAt?: number;
  endedBy?: 'caller' | 'switch';
};

/** `from`: the address it comes from, by which a trunk is known. `talkMs`: how long, unless it is cut. `callId`: its Call-ID, unless sipp makes one. */
export type CallOptions = { from: string; callee?: string; talkMs?: number; callId?: string };

export type PlacedCall = {
  over: Promise<Call>;
  /** Rejects where it is refused. */
  answered(): Promise<Call>;
  kill(): void;
};

/** Calls by way of the switch at `to`, `127.0.0.1:5060`. */
export declare const placeCall: (to: string, options: CallOptions) => PlacedCall;

/** Calls, and gives up while it rings. */
export declare const giveUpCall: (to: string, options: Pick<CallOptions, 'from' | 'callee'>) => Promise<Call>;

/** Answers every call to `at`, `127.0.0.1:5080`, until it is killed. */
export declare const answerCalls: (at: string, options?: { ringMs?: number }) => Sipp;

/** Does with every call to `at` what a scenario says. */
export declare const takeCalls: (at: string, scenario: string) => Sipp;
