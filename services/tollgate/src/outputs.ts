import { streamPrefixes } from '@tollgate/contracts';
import type { Topics } from '@tollgate/contracts';
import { startTrafficRelay } from '@tollgate/cutoff-projector';
import { startRejectedRelay } from '@tollgate/intake';

export type OutputName = 'traffic-control' | 'rejected';

/** A topic that Tollgate writes. */
export type Output = {
  name: OutputName;
  topic: string;
  /** Of the streams whose events are published on it. */
  prefix: string;
  /** It keeps the last message of each key for ever, and so must have it; otherwise messages expire. */
  compacted: boolean;
  start: typeof startTrafficRelay;
};

export const outputsOf = ({ trafficControl, rejected }: Topics): Record<OutputName, Output> => ({
  'traffic-control': {
    name: 'traffic-control',
    topic: trafficControl,
    prefix: streamPrefixes.cutoff,
    compacted: true,
    start: startTrafficRelay,
  },
  rejected: {
    name: 'rejected',
    topic: rejected,
    prefix: streamPrefixes.rejected,
    compacted: false,
    start: startRejectedRelay,
  },
});
