import type { Unacknowledged } from '@tollgate/service-runtime';
import type { Held } from './output-topic';
import { relayReadiness, waitingSeconds } from './relays';

const since = new Date('2026-01-31T12:00:00.000Z');
const relaying = (waiting: Unacknowledged | undefined, hold?: Held) => ({
  unacknowledged: () => waiting,
  held: () => hold,
  standing: () => 'active' as const,
});
const after = (milliseconds: number): Date => new Date(since.getTime() + milliseconds);

test('a relay for which nothing waits is ready', () => {
  expect(relayReadiness(relaying(undefined), since)).toEqual({ isReady: true, detail: 'nothing waits' });
  expect(waitingSeconds(relaying(undefined), since)).toBe(0);
});

test('a relay whose broker is silent is not ready after 5 s, and says how many messages wait since when', () => {
  const waiting = relaying({ messages: 3, since, reason: undefined });
  expect(relayReadiness(waiting, after(5_000)).isReady).toBe(true);
  expect(relayReadiness(waiting, after(5_001))).toEqual({
    isReady: false,
    detail:
      '3 messages, and any later ones, not acknowledged since 2026-01-31T12:00:00.000Z: the broker has not answered yet',
  });
  expect(waitingSeconds(waiting, after(5_500))).toBe(5.5);
});

test('a relay whose publishing failed is not ready at once, and says why', () => {
  expect(relayReadiness(relaying({ messages: 1, since, reason: 'no such topic' }), after(1))).toEqual({
    isReady: false,
    detail: '1 message, and any later ones, not acknowledged since 2026-01-31T12:00:00.000Z: no such topic',
  });
});

test('a relay whose topic is not what was left of it is not ready, however little waits', () => {
  const lost = relaying(undefined, { since, reason: 'there is no topic tollgate.traffic-control.v1' });
  expect(relayReadiness(lost, after(1))).toEqual({
    isReady: false,
    detail: 'nothing is published since 2026-01-31T12:00:00.000Z: there is no topic tollgate.traffic-control.v1',
  });
  expect(waitingSeconds(lost, after(5_500))).toBe(5.5);
});
