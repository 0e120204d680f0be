import type { Chain, Originator } from '../support/chain';
import type { Fields } from '../../scenarios/support/api';
import { giveUpCall, placeCall } from '../support/calls';
import type { Call } from '../support/calls';
import { ledgerAt } from '../support/ledger-of';
import { until } from '../../scenarios/support/until';

/** An account that was opened, has paid, and whom the switch knows to be open: a first call, of a cent, has gone through. */
export const openPaid = async (chain: Chain, account: Originator, { rule, cents }: { rule: Fields; cents: number }) => {
  const ledger = ledgerAt(chain.ledger.url);
  await ledger.open(account, rule);
  await ledger.pay(account, String((cents + probeCents) / 100));
  await untilAdmitted(chain, account);
  await ledger.untilSettled(account);
  const left = Math.round((await ledger.balance(account)) * 100);
  if (left > cents) await ledger.charge(account, String((left - cents) / 100));
  return ledger;
};

/** Is answered whoever calls, whatever he owes. */
const callHelp = (chain: Chain, from: Originator): Promise<Call> =>
  placeCall(chain, { from, callee: '112', talkMs: 300 }).over;

/** What the first call may be granted, of which it takes one. */
const probeCents = 5;

/** Runs out of money in the middle of a call, is refused, pays, and calls again. */
export const prepaidRunsOut = async (chain: Chain) => {
  const rule = { balances: ['inbound'], reservation: { sliceSeconds: 20 } };
  const ledger = await openPaid(chain, 'prepaid', { rule, cents: 5 });
  const before = (await ledger.usage('prepaid')).length;
  const cut = await placeCall(chain, { from: 'prepaid' }).over;
  // A cut is exact to half a second, and so a cent may be left.
  await ledger.untilSettled('prepaid');
  const left = await ledger.balance('prepaid');
  if (left > 0) await ledger.charge('prepaid', String(left));
  await ledger.untilState('prepaid', 'inbound', 'blocked');
  const [refused, help] = await Promise.all([placeCall(chain, { from: 'prepaid' }).over, callHelp(chain, 'prepaid')]);
  await ledger.pay('prepaid', '1');
  const paidAt = Date.now();
  const admitted = await untilAdmitted(chain, 'prepaid');
  await ledger.untilSettled('prepaid');
  return {
    cut,
    left,
    refused,
    help,
    paidAt,
    admitted,
    usage: (await ledger.usage('prepaid')).slice(before),
    balance: await ledger.balance('prepaid'),
  };
};

/** Calls until one is answered, and hangs up. */
export const untilAdmitted = (chain: Chain, from: Originator): Promise<Call> =>
  until('a call is admitted', async () => {
    const call = await placeCall(chain, { from, talkMs: 200 }).over;
    return call.status === 200 && call;
  });

/** Thirty calls at once on the money of one. */
export const thirtyAtOnce = async (chain: Chain) => {
  const ledger = await openPaid(chain, 'thirty', { rule: { balances: ['inbound'] }, cents: 30 });
  const calls = Array.from({ length: 30 }, () => placeCall(chain, { from: 'thirty', talkMs: 1_500 }));
  await Promise.race(calls.map(({ answered }) => answered().catch(() => new Promise(() => undefined))));
  const reserved = await ledger.reserved('thirty');
  const help = await callHelp(chain, 'thirty');
  const outcomes = await Promise.all(calls.map(({ over }) => over));
  await ledger.untilSettled('thirty');
  return { reserved, help, statuses: outcomes.map(({ status }) => status), balance: await ledger.balance('thirty') };
};

/** A vendor whom we have not paid is passed over, one whom we paid too little as well, and one whom we paid is taken. */
export const vendorUnpaid = async (chain: Chain) => {
  const ledger = ledgerAt(chain.ledger.url);
  await ledger.open('unpaid', { balances: ['outbound'] });
  await ledger.untilState('unpaid', 'outbound', 'blocked');
  const help = await callHelp(chain, 'many');
  const call = () => placeCall(chain, { from: 'many', callee: '33123', talkMs: 300 }).over;
  const before = (await ledger.usage('many')).length;
  const terminators: string[] = [];
  const next = async (): Promise<void> => {
    const { status } = await call();
    const seen = before + terminators.length + 1;
    const usage = await until('its CDR is charged', async () => {
      const all = await ledger.usage('many');
      return all.length >= seen && all;
    });
    const callId = usage[seen - 1]?.['callId'];
    const theirs = (await ledger.usage('unpaid')).some((one) => one['callId'] === callId);
    terminators.push(status === 200 ? (theirs ? 'unpaid' : 'vendor') : String(status));
  };
  await next();
  await ledger.pay('unpaid', '0.01', 'outbound');
  await ledger.untilState('unpaid', 'outbound', 'open');
  await next();
  await ledger.pay('unpaid', '1', 'outbound');
  await next();
  return { terminators, help };
};

/** The two readings of a mutual balance. */
export const mutualReadings = async (chain: Chain) => {
  const ledger = ledgerAt(chain.ledger.url);
  await ledger.open('owed', { balances: ['mutual'] });
  await ledger.charge('owed', '1');
  const rule = { balances: ['mutual'], mutualFormula: 'inbound-minus-outbound' };
  await Promise.all([openPaid(chain, 'netting', { rule, cents: 4 }), untilAdmitted(chain, 'owed')]);
  const [limited, free] = await Promise.all([
    placeCall(chain, { from: 'netting' }).over,
    placeCall(chain, { from: 'owed', talkMs: 4_500 }).over,
  ]);
  await ledger.pay('owed', '3');
  await ledger.untilState('owed', 'inbound', 'blocked');
  const refused = await untilRefused(chain, 'owed');
  return { limited, free, refused, help: await callHelp(chain, 'owed') };
};

const untilRefused = (chain: Chain, from: 'owed'): Promise<Call> =>
  until('a call is refused', async () => {
    const call = await placeCall(chain, { from, talkMs: 200 }).over;
    return call.status !== 200 && call;
  });

/** Is never refused, however much it owes. */
export const postpaid = async (chain: Chain) => {
  const ledger = ledgerAt(chain.ledger.url);
  await ledger.open('postpaid', { balances: [] });
  await ledger.charge('postpaid', '1000000');
  return {
    call: await placeCall(chain, { from: 'postpaid', talkMs: 500 }).over,
    help: await callHelp(chain, 'postpaid'),
  };
};

/** A rule that ends calls at once: a call without a limit of its own goes on until the money is gone. */
export const cutNow = async (chain: Chain) => {
  const ledger = ledgerAt(chain.ledger.url);
  await ledger.open('cutnow', { balances: ['inbound'], callsInProgress: 'cut-now' });
  await ledger.pay('cutnow', '100');
  await untilAdmitted(chain, 'cutnow');
  const call = placeCall(chain, { from: 'cutnow' });
  await call.answered();
  await ledger.charge('cutnow', '100');
  const zeroAt = Date.now();
  const [cut, help] = await Promise.all([call.over, callHelp(chain, 'cutnow')]);
  return { cut, zeroAt, help };
};

/** A call that is given three seconds at a time, on the money of ten, and one that is given up while it rings. */
export const sliceBySlice = async (chain: Chain) => {
  const rule = { balances: ['inbound'], reservation: { sliceSeconds: 3 } };
  const ledger = await openPaid(chain, 'slices', { rule, cents: 10 });
  const before = (await ledger.usage('slices')).length;
  const givenUp = await giveUpCall(chain, 'slices');
  await ledger.untilSettled('slices');
  const call = await placeCall(chain, { from: 'slices' }).over;
  await ledger.untilSettled('slices');
  return { givenUp, call, usage: (await ledger.usage('slices')).slice(before) };
};
