import { placeCall } from '../support/calls';
import { rpc, untilServing } from '../support/chain';
import type { Chain } from '../support/chain';
import { ledgerAt } from '../support/ledger-of';
import { openPaid } from './money';
import { until } from '../../scenarios/support/until';

/** What is called while a part is away: a prepaid partner, three calls of a postpaid one at once, two to a vendor who fails, and help. */
const callAll = async (chain: Chain) => {
  const talkMs = 10_000;
  const [prepaid, help, unasked, replaced] = await Promise.all([
    placeCall(chain, { from: 'prepaid', talkMs: 300 }).over,
    placeCall(chain, { from: 'prepaid', callee: '112', talkMs: 300 }).over,
    Promise.all([1, 2, 3].map(() => placeCall(chain, { from: 'postpaid', talkMs }).over)),
    Promise.all([1, 2].map(() => placeCall(chain, { from: 'many', callee: '55123', talkMs: 300 }).over)),
  ]);
  return { prepaid, help, unasked, replaced };
};

/** With its agent dead a switch goes by its policy; the calls that it was given end at their limits. */
export const agentKilled = async (chain: Chain) => {
  await openPaid(chain, 'short', { rule: { balances: ['inbound'] }, cents: 6 });
  const running = placeCall(chain, { from: 'short' });
  await running.answered();
  chain.agent.child.kill('SIGKILL');
  await chain.agent.exited;
  await until('the switch knows', async () => (await agentOf(chain)) < 0);
  const during = await callAll(chain);
  const limited = await running.over;
  chain.agent = chain.startAgent();
  await until('the agent is back', async () => (await agentOf(chain)) >= 0);
  const after = await placeCall(chain, { from: 'prepaid', talkMs: 300 }).over;
  return { during, limited, after };
};

const agentOf = async ({ kamailio }: Chain): Promise<number> =>
  ((await rpc(kamailio, 'htable.get', ['ctl', 'agent'])) as { item: { value: number } }).item.value;

export const ledgerKilled = async (chain: Chain) => {
  const ledger = ledgerAt(chain.ledger.url);
  const before = (await ledger.usage('postpaid')).length;
  await chain.ledger.kill();
  const during = await callAll(chain);
  chain.ledger = await chain.startLedger();
  const after = await until('a prepaid partner is admitted again', async () => {
    const call = await placeCall(chain, { from: 'prepaid', talkMs: 300 }).over;
    return call.status === 200 && call;
  });
  const charged = await until('unasked calls are charged', async () => {
    const count = (await ledger.usage('postpaid')).length - before;
    return count >= 2 && count;
  });
  return { during, after, charged };
};

/** Calls go on without Kafka; their CDRs wait, and are charged once it is back. */
export const kafkaAway = async (chain: Chain) => {
  const ledger = ledgerAt(chain.ledger.url);
  await ledger.untilSettled('prepaid');
  const before = (await ledger.usage('prepaid')).length;
  await chain.broker.kill();
  const [call, help] = await Promise.all([
    placeCall(chain, { from: 'prepaid', talkMs: 300 }).over,
    placeCall(chain, { from: 'prepaid', callee: '112', talkMs: 300 }).over,
  ]);
  const waiting = await ledger.reserved('prepaid');
  chain.broker = await chain.startKafka();
  await ledger.untilSettled('prepaid', 60_000);
  return { call, help, waiting, charged: (await ledger.usage('prepaid')).length - before };
};

/** Longer than the column that Kamailio's own schema has for it. */
const longCallId = `${'c'.repeat(300)}-%u-%p@%s`;

/** A switch that starts anew takes no call before it has everything, and knows its calls, and which of them are over. */
export const switchKilled = async (chain: Chain) => {
  const ledger = ledgerAt(chain.ledger.url);
  const running = [{}, { callId: longCallId }].map((one) =>
    placeCall(chain, { from: 'prepaid', talkMs: 7_000, ...one }),
  );
  await Promise.all(running.map((call) => call.answered()));
  const over = placeCall(chain, { from: 'prepaid', talkMs: 1_500 }).over;
  await until('the database has the calls', async () => (await keptCalls(chain, 'prepaid')) >= 3);
  await over;
  chain.agent.child.kill('SIGSTOP');
  await chain.kamailio.kill();
  chain.kamailio = await chain.startSwitch();
  const [early, help] = await Promise.all([
    placeCall(chain, { from: 'prepaid', talkMs: 300 }).over,
    placeCall(chain, { from: 'prepaid', callee: '112', talkMs: 300 }).over,
  ]);
  chain.agent.child.kill('SIGCONT');
  await untilServing(chain);
  const after = await placeCall(chain, { from: 'prepaid', talkMs: 300 }).over;
  const survived = await Promise.all(running.map((call) => call.over));
  await ledger.untilSettled('prepaid');
  await until('no call is left over', async () => (await dialogsUp(chain)).length === 0, 10_000);
  await until('what it wrote of those that were over is passed over', () =>
    chain.agent.output().includes('second row'),
  );
  return { early, help, after, survived, usage: await ledger.usage('prepaid') };
};

const dialogsUp = async ({ kamailio }: Chain): Promise<unknown[]> =>
  ((await rpc(kamailio, 'dlg.list', [])) as { state: number }[] | undefined)?.filter(({ state }) => state < 5) ?? [];

/** Calls of an account that would survive a crash of the switch. */
const keptCalls = async ({ postgres }: Chain, account: string): Promise<number> => {
  const variables = `select 1 from dialog_vars as v where v.hash_id = d.hash_id and v.hash_entry = d.hash_entry`;
  const query = `select count(*) from dialog as d where state = 4 and exists (${variables} and dialog_key = 'account' and dialog_value = '${account}')`;
  return Number(await postgres.psql('kamailio', ['-tAc', query]));
};
