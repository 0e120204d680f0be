import { readAll } from '../../scenarios/support/api';
import type { Fields } from '../../scenarios/support/api';
import { addressOf } from '../support/chain';
import type { Chain, Originator } from '../support/chain';
import { ledgerAt } from '../support/ledger-of';
import { callerScenario } from '../../../infra/phone/scenarios';
import { runSipp } from '../../../infra/phone/sipp';
import { untilAdmitted } from './money';

type Load = { perSecond: number; calls: number; talkMs: number };

const countOf = (log: string, what: string): number => log.split('\n').filter((line) => line.startsWith(what)).length;

/** Calls of one length, so many a second. */
const callMany = async ({ kamailio }: Chain, from: Originator, { perSecond, calls, talkMs }: Load): Promise<string> => {
  const limitMs = (calls / perSecond) * 1_000 + talkMs + 30_000;
  const running = runSipp({
    scenario: callerScenario(talkMs),
    address: addressOf(from),
    to: kamailio.sip,
    keys: { caller: '4930123', callee: '441234' },
    flags: ['-m', String(calls), '-r', String(perSecond), '-l', '10000'],
  });
  // Its own time limit does not end one that is overrun.
  const timer = setTimeout(running.kill, limitMs);
  const { log } = await running.exited;
  clearTimeout(timer);
  return log;
};

/** Many calls of a partner with money enough. */
export const manyCalls = async (chain: Chain, load: Load) => {
  const ledger = ledgerAt(chain.ledger.url);
  await ledger.open('load', { balances: ['inbound'], reservation: { sliceSeconds: 60 } });
  await ledger.pay('load', '100000');
  await untilAdmitted(chain, 'load');
  await ledger.untilSettled('load');
  const before = (await usageOf(chain, 'load')).length;
  const log = await callMany(chain, 'load', load);
  await ledger.untilSettled('load', 60_000);
  const usage = (await usageOf(chain, 'load')).slice(before);
  const seconds = usage.map(({ durationSeconds }) => Number(durationSeconds));
  return {
    answered: countOf(log, 'answered'),
    refused: countOf(log, 'refused'),
    charged: usage.length,
    calls: new Set(usage.map(({ callId }) => callId)).size,
    longestSeconds: Math.max(...seconds),
  };
};

const usageOf = async (chain: Chain, accountId: string): Promise<Fields[]> =>
  (await readAll(chain.ledger.url, `/v1/accounts/${accountId}/history`))
    .filter(({ type }) => type === 'UsageCharged')
    .map(({ data }) => data as Fields);

/** Calls of random lengths on money that comes in drops: what an account owes at worst, in cents. */
export const worstOverspend = async (chain: Chain, { calls, random }: { calls: number; random: () => number }) => {
  const ledger = ledgerAt(chain.ledger.url);
  await ledger.open('spend', { balances: ['inbound'], reservation: { sliceSeconds: 4 } });
  await ledger.pay('spend', '1');
  await untilAdmitted(chain, 'spend');
  const lengths = Array.from({ length: 10 }, () => Math.round(500 + random() * 9_500));
  const drops = setInterval(() => void ledger.pay('spend', '0.3'), 500);
  const runs = lengths.map((talkMs) =>
    callMany(chain, 'spend', { perSecond: 2.5, calls: calls / lengths.length, talkMs }),
  );
  const logs = await Promise.all(runs).finally(() => {
    clearInterval(drops);
  });
  await ledger.untilSettled('spend', 60_000);
  let balance = 0;
  let worst = 0;
  for (const { type, data } of await readAll(chain.ledger.url, '/v1/accounts/spend/history')) {
    const cents = Math.round(Number((data as Fields)['amount'] ?? 0) * 100);
    if (type === 'PaymentRecorded') balance += cents;
    if (type === 'UsageCharged') balance -= cents;
    worst = Math.min(worst, balance);
  }
  const all = logs.join('\n');
  return {
    worstCents: -worst,
    answered: countOf(all, 'answered'),
    cut: countOf(all, 'cut'),
    refused: countOf(all, 'refused'),
  };
};
