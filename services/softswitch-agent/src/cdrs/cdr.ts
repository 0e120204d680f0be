/** A call that has ended, as the rater takes it (the topic cdr.v1). */
export type Cdr = {
  cdrId: string;
  callId: string;
  originator: string;
  terminator: string;
  caller: string;
  callee: string;
  startedAt: string;
  durationMs: number;
  attributes: Record<string, string>;
};
