import fc from 'fast-check';
import { restoreAccount, storeAccount } from './index';
import type { StoredAccount } from './index';
import { history } from './history.fixture';
import { play } from './story.fixture';

test('an account stored as JSON comes back with every digit', () => {
  fc.assert(
    fc.property(history, (events) => {
      const { account } = play(events).judgement;
      if (account === undefined) throw new Error('every history opens an account');
      expect(restoreAccount(JSON.parse(JSON.stringify(storeAccount(account))) as StoredAccount)).toEqual(account);
    }),
  );
});
