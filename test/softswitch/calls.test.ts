import { get, post } from '../scenarios/support/api';
import { placeCall } from './support/calls';
import { startChain, untilServing } from './support/chain';
import type { Chain } from './support/chain';

let chain: Chain;
beforeAll(async () => {
  chain = await startChain();
  await untilServing(chain);
}, 120_000);
afterAll(() => chain.stop());

const open = (accountId: string, cutoff: object) =>
  post(chain.ledger.url, '/v1/accounts', { accountId, currency: 'EUR', cutoff });
const pay = (accountId: string, amount: string, direction = 'inbound') =>
  post(chain.ledger.url, '/v1/payments', { paymentId: `${accountId}-${String(Date.now())}`, accountId, direction, amount, currency: 'EUR' });

test('a prepaid partner', async () => {
  await open('vendor', { balances: [] });
  await open('prepaid', { balances: ['inbound'] });
  await pay('prepaid', '0.05');
  const call = placeCall(chain, { from: 'prepaid' });
  console.log(await call.over);
  console.log(JSON.stringify((await get(chain.ledger.url, '/v1/accounts/prepaid')).body));
  console.log(JSON.stringify((await get(chain.ledger.url, '/v1/accounts/prepaid/authorizations')).body));
  console.log(await placeCall(chain, { from: 'prepaid' }).over);
  console.log(chain.agent.output().slice(-3000));
}, 60_000);
