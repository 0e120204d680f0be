import { untilAdmitted } from './scenarios/money';
import { placeCall } from './support/calls';
import { missingSwitch, startChain, untilServing } from './support/chain';
import type { Chain } from './support/chain';
import { ledgerAt } from './support/ledger-of';
import { until } from '../scenarios/support/until';

const withSwitch = missingSwitch() === undefined || process.env['CI'] === 'true' ? describe : describe.skip;

withSwitch('without Kafka', () => {
  let chain: Chain;
  beforeAll(async () => {
    chain = await startChain({ isKafkaTold: false });
    await untilServing(chain);
  }, 120_000);
  afterAll(() => chain.stop(), 30_000);

  test('commands come over HTTP; those of the past end no call when the agent starts anew', async () => {
    const ledger = ledgerAt(chain.ledger.url);
    await ledger.open('vendor', { balances: [] });
    await ledger.open('cutnow', { balances: ['inbound'], callsInProgress: 'cut-now' });
    await ledger.pay('cutnow', '100');
    await untilAdmitted(chain, 'cutnow');
    const call = placeCall(chain, { from: 'cutnow' });
    await call.answered();

    chain.agent.child.kill('SIGKILL');
    await chain.agent.exited;
    chain.agent = chain.startAgent();
    await until('the new agent has given the switch everything', () => chain.agent.output().includes('has everything'));
    expect((await untilAdmitted(chain, 'cutnow')).endedBy).toBe('caller');

    await ledger.charge('cutnow', '100');
    expect(await call.over).toMatchObject({ status: 200, endedBy: 'switch' });
    await ledger.pay('cutnow', '10');
    expect(await untilAdmitted(chain, 'cutnow')).toMatchObject({ status: 200 });
  }, 60_000);
});
