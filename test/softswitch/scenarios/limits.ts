import { put } from '../../scenarios/support/api';
import type { Fields } from '../../scenarios/support/api';
import { until } from '../../scenarios/support/until';
import { placeCall } from '../support/calls';
import type { Chain } from '../support/chain';
import { ledgerAt } from '../support/ledger-of';
import { openPaid, untilAdmitted } from './money';

/** A partner becomes postpaid while it calls, and prepaid again, without money. */
export const limitTakenAway = async (chain: Chain) => {
  const { url } = chain.ledger;
  const rule = { balances: ['inbound'], reservation: { sliceSeconds: 4 } };
  const ledger = await openPaid(chain, 'lifted', { rule, cents: 100 });
  const change = (cutoff: Fields) => put(url, '/v1/accounts/lifted/cutoff', cutoff);
  const call = placeCall(chain, { from: 'lifted', talkMs: 20_000 });
  const { answeredAt = 0 } = await call.answered();
  await change({ balances: [] });
  await until('its first grant is over', () => Date.now() > answeredAt + 6_000);
  await ledger.charge('lifted', '1');
  await change(rule);
  return call.over;
};

/** A partner without a limit is blocked while its call rings. */
export const blockedWhileRinging = async (chain: Chain) => {
  const ledger = ledgerAt(chain.ledger.url);
  await ledger.open('ringing', { balances: ['mutual'] });
  await ledger.charge('ringing', '1');
  await untilAdmitted(chain, 'ringing');
  await until('the call before is over', async () => (await ledger.account('ringing'))['exposure'] === undefined);
  const call = placeCall(chain, { from: 'ringing', callee: '88123', talkMs: 10_000 });
  await until('it rings', async () => (await ledger.account('ringing'))['exposure'] !== undefined);
  await ledger.pay('ringing', '3');
  return call.over;
};
