import { startReceiver } from '../../infra/webhook/receiver';
import type { Receiver } from '../../infra/webhook/receiver';
import type { Kamailio } from '../../infra/kamailio/switch';
import { get, send } from '../scenarios/support/api';
import type { Fields } from '../scenarios/support/api';
import { until } from '../scenarios/support/until';
import { openPaid, untilAdmitted } from './scenarios/money';
import { placeCall } from './support/calls';
import { missingSwitch, named, startChain, untilServing } from './support/chain';
import type { Chain } from './support/chain';
import { ledgerAt } from './support/ledger-of';

const withSwitch = missingSwitch() === undefined || process.env['CI'] === 'true' ? describe : describe.skip;

withSwitch('several switches under one ledger', () => {
  let chain: Chain;
  let second: { kamailio: Kamailio; agent: Chain['agent'] };
  let startSecond: () => Promise<Kamailio>;
  let hook: Receiver;
  beforeAll(async () => {
    chain = await startChain({ switches: 'switch-1,switch-2,hook' });
    [startSecond, hook] = await Promise.all([chain.newSwitch('second'), startReceiver()]);
    const kamailio = await startSecond();
    const served = [named('switch-2', kamailio), { switchId: 'hook', webhook: { url: hook.url } }];
    second = { kamailio, agent: chain.startAgent(served) };
    await Promise.all([untilServing(chain), untilServing(second)]);
    await ledgerAt(chain.ledger.url).open('vendor', { balances: [] });
  }, 120_000);
  afterAll(async () => {
    second.agent.child.kill('SIGTERM');
    await Promise.all([second.agent.exited, second.kamailio.stop(), hook.stop()]);
    await chain.stop();
  }, 60_000);

  /** Who has told of the block of an account, and who has not. */
  const blockOf = async (account: string): Promise<{ applied: string[]; pending: string[] } | undefined> => {
    const items = (await get(chain.ledger.url, '/v1/traffic-control')).body['items'] as Fields[];
    const block = items.find(({ accountId }) => accountId === account);
    if (block === undefined) return undefined;
    const told = (block['acknowledgements'] ?? []) as { switchId: string; result: string }[];
    const applied = told.filter(({ result }) => result === 'applied').map(({ switchId }) => switchId);
    return { applied: applied.sort(), pending: (block['pending'] ?? []) as string[] };
  };
  const unacknowledged = async (): Promise<string[]> => {
    const { text } = await send(chain.ledger.url, { method: 'GET', path: '/metrics' });
    return (text.match(/^tollgate_unacknowledged_commands\{.*$/gm) ?? []).map((line) => line.slice(32));
  };
  const blockedAt = async (where: Pick<Chain, 'kamailio'>): Promise<number> =>
    (await placeCall(where, { from: 'short', talkMs: 200 }).over).status;

  test('thirty calls on two switches share the money of one', async () => {
    const ledger = await openPaid(chain, 'thirty', { rule: { balances: ['inbound'] }, cents: 30 });
    await untilAdmitted({ ...chain, ...second }, 'thirty');
    await ledger.untilSettled('thirty');
    const calls = Array.from({ length: 30 }, (_, index) =>
      placeCall(index % 2 === 0 ? chain : second, { from: 'thirty', talkMs: 1_500 }),
    );
    await Promise.race(calls.map(({ answered }) => answered().catch(() => new Promise(() => undefined))));
    const reserved = await ledger.reserved('thirty');
    expect([reserved > 0, reserved <= 0.3]).toEqual([true, true]);
    const statuses = (await Promise.all(calls.map(({ over }) => over))).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, ...Array<number>(29).fill(402)]);
  }, 60_000);

  test('a block is applied by all of them, and seen to be', async () => {
    await ledgerAt(chain.ledger.url).open('short', { balances: ['inbound'] });
    const all = await until('all have told', async () => {
      const block = await blockOf('short');
      return block?.pending.length === 0 && block;
    });
    expect(all).toEqual({ applied: ['hook', 'switch-1', 'switch-2'], pending: [] });
    expect([await blockedAt(chain), await blockedAt(second), hook.blocked()]).toEqual([402, 402, ['short/inbound']]);
  });

  test('one that is killed is seen not to have applied a block, alarmed after five seconds, and given it when it is back', async () => {
    const ledger = ledgerAt(chain.ledger.url);
    await second.kamailio.kill();
    const begun = Date.now();
    await ledger.open('spend', { balances: ['inbound'] });
    const late = 'a switch has not applied a command in time';
    await until('it is alarmed', () => chain.ledger.output().includes(late));
    const after = Date.now() - begun;
    expect([after > 4_500, after < 7_000]).toEqual([true, true]);
    expect(await blockOf('spend')).toEqual({ applied: ['hook', 'switch-1'], pending: ['switch-2'] });
    expect(await unacknowledged()).toEqual(['{switch="switch-1"} 0', '{switch="switch-2"} 1', '{switch="hook"} 0']);
    second.kamailio = await startSecond();
    await until('it has told', async () => (await blockOf('spend'))?.pending.length === 0);
    expect(await blockedAt(second)).toBe(402);
    await until('the alarm is over', () => chain.ledger.output().includes('applied every command that was due'));
  }, 60_000);
});
