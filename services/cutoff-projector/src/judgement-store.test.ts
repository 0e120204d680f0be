import { evolve, unjudged } from '@tollgate/balance';
import type { AccountEvent, Judgement } from '@tollgate/balance';
import { createMemoryStore } from '@tollgate/projection-store/memory';
import { createJudgementStore } from './judgement-store';
import { opening, paid } from './judging.fixture';

const judged = (accountId: string, sequence: number): Judgement => ({
  account: [opening(accountId), paid('p1', accountId)].reduce<Judgement['account']>(
    (account, event) => evolve(account, event as AccountEvent),
    undefined,
  ),
  traffic: { inbound: 'blocked', outbound: 'open' },
  sequence,
  judgedThrough: 7,
});

test('what was stored is read back by the next process, each account its own', async () => {
  const store = createMemoryStore();
  const stored = new Map([
    ['acme', judged('acme', 3)],
    ['zenith', judged('zenith', 4)],
    ['folded', { ...unjudged, sequence: 2 }],
  ]);
  await createJudgementStore(store).commit(stored, 12n);
  const reopened = createJudgementStore(store);
  for (const [accountId, judgement] of stored) expect(reopened.get(accountId)).toEqual(judgement);
  expect(reopened.get('nobody')).toEqual(unjudged);
  expect(reopened.position()).toBe(12n);
});

test('what was just stored is given as it is, without reading', async () => {
  const judgements = createJudgementStore(createMemoryStore());
  const judgement = judged('acme', 3);
  await judgements.commit(new Map([['acme', judgement]]), 1n);
  expect(judgements.get('acme')).toBe(judgement);
});

test('what could not be stored is not given', async () => {
  const failing = { ...createMemoryStore(), commit: () => Promise.reject(new Error('full')) };
  const judgements = createJudgementStore(failing);
  await expect(judgements.commit(new Map([['acme', judged('acme', 3)]]), 1n)).rejects.toThrow('full');
  expect(judgements.get('acme')).toEqual(unjudged);
});
