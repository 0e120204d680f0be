import { put } from '../../scenarios/support/api';
import { until } from '../../scenarios/support/until';
import { placeCall } from '../support/calls';
import type { Chain } from '../support/chain';
import { openPaid } from './money';
import { ledgerAt } from '../support/ledger-of';

/** A call to a vendor whom we have paid and who does not take it: what becomes of the call, and of what was held for him. */
export const vendorFails = async (chain: Chain, { prefix, failing }: { prefix: string; failing: string }) => {
  const ledger = ledgerAt(chain.ledger.url);
  await ledger.open(failing, { balances: [] });
  await ledger.pay(failing, '1', 'outbound');
  await put(chain.ledger.url, `/v1/accounts/${failing}/cutoff`, { balances: ['outbound'] });
  const callee = `${prefix}123`;
  const placed = placeCall(chain, { from: 'many', callee, talkMs: 1_000 });
  await placed.answered();
  await ledger.untilSettled(failing);
  const call = await placed.over;
  const usage = await until('the next vendor has charged it', async () => {
    const found = (await ledger.usage('vendor')).filter((one) => one['callee'] === callee);
    return found.length > 0 && found;
  });
  return {
    call,
    charged: usage.length,
    ofWhoFailed: (await ledger.history(failing)).slice(-2).map(({ type }) => type),
  };
};

/** A call whose only vendor does not take it, of a partner and to a vendor for whom money is held. */
export const noVendorLeft = async (chain: Chain) => {
  const ledger = await openPaid(chain, 'short', { rule: { balances: ['inbound'] }, cents: 20 });
  const call = await placeCall(chain, { from: 'short', callee: '77123' }).over;
  for (const account of ['short', 'refusing']) await ledger.untilSettled(account);
  return { call, balance: await ledger.balance('short') };
};
