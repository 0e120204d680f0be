import { evolve } from '@tollgate/balance';
import { isAccountEvent } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import type { Partner, TrafficStatus } from '@tollgate/read-models';

const open: TrafficStatus = { state: 'open' };
const neverDecided: Partner['traffic'] = { inbound: open, outbound: open };

/** The partner after one more event of its account or cutoff stream, in log order. */
export const foldPartner = (partner: Partner | undefined, event: RecordedEvent<LogEvent>): Partner => {
  if (isAccountEvent(event)) {
    const account = evolve(partner?.account, event);
    return { account, traffic: partner?.traffic ?? neverDecided, revision: event.revision, position: event.position };
  }
  if (event.type === 'MessageRejected' || partner === undefined)
    throw new Error(`${event.type} in ${event.stream} is about no account that is open`);
  const { direction, decidedAt, sequence, exhausted } = event.data;
  const status: TrafficStatus = {
    state: event.type === 'TrafficBlocked' ? 'blocked' : 'open',
    since: decidedAt,
    sequence,
    exhausted,
  };
  return { ...partner, traffic: { ...partner.traffic, [direction]: status } };
};
