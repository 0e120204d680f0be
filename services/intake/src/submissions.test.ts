import type { Intent, Outcome } from './intent';
import { createSubmissions } from './submissions';

const call = (usageId: string): Intent => ({
  type: 'ChargeUsage',
  data: { usageId, accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
});
const outcome = (revision: number): Outcome => ({
  status: 'recorded',
  isDuplicate: false,
  revision,
  position: BigInt(revision),
});
const ids = (items: readonly { intent: Intent; receivedAt: string }[] | undefined): string[] =>
  (items ?? []).map(({ intent, receivedAt }) =>
    intent.type === 'ChargeUsage' ? `${intent.data.usageId} ${receivedAt}` : intent.type,
  );
const revisions = (outcomes: Outcome[]): number[] =>
  outcomes.map((one) => (one.status === 'recorded' ? one.revision : -1));

/** Whether it has been settled, and how. */
const watch = (promise: Promise<Outcome[]>) => {
  const seen: { outcomes?: number[]; error?: unknown } = {};
  promise.then(
    (outcomes) => (seen.outcomes = revisions(outcomes)),
    (error: unknown) => (seen.error = error),
  );
  return seen;
};
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('rounds take what was submitted in its order, no more than their size, and answer each submission when it is complete', async () => {
  const submissions = createSubmissions(3);
  expect(submissions.next()).toBeUndefined();
  const one = watch(submissions.add([call('a1'), call('a2')], 'A'));
  const other = watch(submissions.add([call('b1'), call('b2'), call('b3')], 'B'));
  expect(submissions.size()).toBe(5);
  const first = submissions.next();
  expect(ids(first?.items)).toEqual(['a1 A', 'a2 A', 'b1 B']);
  first?.answer([outcome(1), outcome(2), outcome(3)]);
  await turn();
  expect([one.outcomes, other.outcomes, submissions.size()]).toEqual([[1, 2], undefined, 2]);
  const second = submissions.next();
  expect(ids(second?.items)).toEqual(['b2 B', 'b3 B']);
  second?.answer([outcome(4), outcome(5)]);
  await turn();
  expect([other.outcomes, submissions.size(), submissions.next()]).toEqual([[3, 4, 5], 0, undefined]);
});

test('a round that fails fails whoever had a part in it, and nobody else', async () => {
  const submissions = createSubmissions(3);
  const [one, other, third] = [
    watch(submissions.add([call('a1')], 'A')),
    watch(submissions.add([call('b1'), call('b2'), call('b3')], 'B')),
    watch(submissions.add([call('c1')], 'C')),
  ];
  const round = submissions.next();
  const error = new Error('full');
  round?.fail(error);
  await turn();
  expect([one.error, other.error, third.error]).toEqual([error, error, undefined]);
  expect(submissions.size()).toBe(1);
  expect(ids(submissions.next()?.items)).toEqual(['c1 C']);
});

test('all can be failed at once', async () => {
  const submissions = createSubmissions(1);
  const seen = [watch(submissions.add([call('a1')], 'A')), watch(submissions.add([call('b1')], 'B'))];
  const error = new Error('closed');
  submissions.failAll(error);
  await turn();
  expect(seen).toEqual([{ error }, { error }]);
  expect([submissions.size(), submissions.next()]).toEqual([0, undefined]);
});
