import { callerScenario } from '../../../infra/phone/scenarios';
import { runSipp } from '../../../infra/phone/sipp';
import { addressOf } from '../support/chain';
import type { Chain } from '../support/chain';
import { openPaid } from './money';

const bye = /BYE \[next_url\][^]*?Content-Length: 0/;
const inBye = (from: string | RegExp, to: string): string =>
  callerScenario(1_000).replace(bye, (text) => text.replace(from, to));

/** An end that the other side never sees. */
const elsewhere = [
  inBye('[next_url]', 'sip:me@[local_ip]:[local_port]'),
  inBye('[routes]', '[routes]\nRoute: <sip:127.0.0.9:5099;lr>'),
];
/** An end that the other side must refuse. */
const refused = [
  inBye('CSeq: 2', 'CSeq: 1'),
  inBye('CSeq: 2 BYE', 'CSeq: 2 BYE\nRequire: what-nobody-knows'),
  inBye('Max-Forwards: 70', 'Max-Forwards: 1'),
];

/** A caller hangs up after a second in ways that keep the other side in the call. */
export const falseEnds = async (chain: Chain) => {
  const rule = { balances: ['inbound'], reservation: { sliceSeconds: 4 } };
  const ledger = await openPaid(chain, 'cheating', { rule, cents: 30 });
  const before = (await ledger.usage('cheating')).length;
  const hangUp = async (scenario: string): Promise<string> => {
    const keys = { callee: '44123', caller: '49' };
    const to = { address: addressOf('cheating'), to: chain.kamailio.sip };
    const { log, errors } = await runSipp({ scenario, ...to, keys, flags: ['-m', '1'] }).exited;
    return log.includes('hung up') ? 'hung up' : (/received 'SIP\/2.0 (\d+)/.exec(errors)?.[1] ?? errors);
  };
  const answers = [...(await Promise.all(elsewhere.map(hangUp))), ...(await Promise.all(refused.map(hangUp)))];
  await ledger.untilSettled('cheating');
  const usage = (await ledger.usage('cheating')).slice(before);
  return { answers, seconds: usage.map(({ durationSeconds }) => Math.round(Number(durationSeconds))) };
};
