import { cutNow, mutualReadings, postpaid, prepaidRunsOut, thirtyAtOnce, vendorUnpaid } from './scenarios/money';
import { agentKilled, kafkaAway, ledgerKilled, switchKilled } from './scenarios/failures';
import { startChain, untilServing } from './support/chain';
import { ledgerAt } from './support/ledger-of';
import type { Chain } from './support/chain';

let chain: Chain;
beforeAll(async () => {
  chain = await startChain();
  await untilServing(chain);
  await ledgerAt(chain.ledger.url).open('vendor', { balances: [] });
}, 120_000);
afterAll(() => chain.stop(), 60_000);

const show = (x: unknown) => process.stderr.write(JSON.stringify(x, null, 1) + '\n');
const t0 = Date.now();
const timed = async (name: string, p: Promise<unknown>) => { try { show({ name, r: await p, ms: Date.now() - t0 }); } catch (e) { show({ name, error: String(e), ms: Date.now() - t0 }); } };
test('all', async () => {
  if (process.env['ONE']) { await timed('thirty', thirtyAtOnce(chain)); const { readdirSync, readFileSync } = await import('node:fs'); for (const f of readdirSync(chain.kamailio.cdrs)) show([f, readFileSync(chain.kamailio.cdrs + '/' + f, 'utf8').slice(0, 300)]); } else await Promise.all([timed('prepaid', prepaidRunsOut(chain)), timed('thirty', thirtyAtOnce(chain)), timed('vendor', vendorUnpaid(chain)), timed('mutual', mutualReadings(chain)), timed('postpaid', postpaid(chain)), timed('cutnow', cutNow(chain))]);
  if (process.env['FAILS']) {
  await timed('agent', agentKilled(chain));
  await timed('ledger', ledgerKilled(chain));
  await timed('kafka', kafkaAway(chain));
  await timed('switch', switchKilled(chain));
  }
  show(chain.rater.output()); show(chain.agent.output().split('\n').filter((l) => !/kafkajs/.test(l)).slice(-30));
}, 180_000);
