import { failureOf, reasonOf } from './failure';

/** An error as the client throws it; the texts, types and codes are those of recordings of a real server. */
const thrown = (message: string, fields: object = {}): Error => Object.assign(new Error(message), fields);

test.each<[string, Error]>([
  ['the connection broke', thrown('14 UNAVAILABLE: Connection dropped', { type: 'unavailable', code: 14 })],
  ['no connection, as a plain error', thrown('14 UNAVAILABLE: No connection established.', { code: 14 })],
  ['the server is starting', thrown('14 UNAVAILABLE: Server Is Not Ready', { type: 'unavailable', code: 14 })],
  ['no node was found', thrown('Failed to discover after 10 attempts.')],
  ['the deadline is over', thrown('4 DEADLINE_EXCEEDED: …', { type: 'deadline-exceeded', code: 4 })],
  ['an earlier try is still being written', thrown('', { type: 'deadline-exceeded' })],
  ['commit time-out', thrown('10 ABORTED: Operation timed out: Commit phase timeout.', { type: 'timeout', code: 10 })],
  ['forwarding time-out', thrown('10 ABORTED: Operation timed out: Forwarding timeout', { type: 'timeout', code: 10 })],
  [
    'the server canceled',
    thrown('10 ABORTED: Operation timed out: Request canceled by server', { type: 'timeout', code: 10 }),
  ],
  ['a stop in order', thrown('13 INTERNAL: Received RST_STREAM with code 0', { type: 'unknown', code: 13 })],
  ['another node leads', thrown('5 NOT_FOUND: Leader info available', { type: 'not-leader', code: 5 })],
  ['the server threw', thrown('2 UNKNOWN: Exception was thrown by handler.', { type: 'unknown', code: 2 })],
])('%s: what became of an append is not known', (_, error) => {
  expect(failureOf(error)).toBe('unavailable');
});

test.each([
  ['conflict', thrown('', { type: 'wrong-expected-version', actualVersion: 3n })],
  ['absent', thrown('account-a not found', { type: 'stream-not-found' })],
  ['deleted', thrown('9 FAILED_PRECONDITION: Event stream is deleted.', { type: 'stream-deleted', code: 9 })],
  ['denied', thrown('7 PERMISSION_DENIED: Access Denied', { type: 'access-denied', code: 7 })],
  ['denied', thrown('16 UNAUTHENTICATED: Unauthenticated', { type: 'access-denied', code: 16 })],
  ['too large', thrown('3 INVALID_ARGUMENT: Maximum Append Size', { type: 'maximum-append-size-exceeded', code: 3 })],
  [
    'burst',
    thrown('10 ABORTED: Operation timed out: Consumer too slow to handle event while live.', {
      type: 'timeout',
      code: 10,
    }),
  ],
  ['no such position', thrown('2 UNKNOWN: Unexpected ReadAllResult: Error', { type: 'unknown', code: 2 })],
])('%s is told apart', (failure, error) => {
  expect(failureOf(error)).toBe(failure);
});

test('an error without a message has its class for a reason', () => {
  class DeadlineExceededError extends Error {}
  expect([new DeadlineExceededError(), new Error('told'), 'text'].map(reasonOf)).toEqual([
    'DeadlineExceededError',
    'told',
    'text',
  ]);
});
