// @ts-check
'use strict';

const rules = [
  { balances: ['inbound'] },
  { balances: ['inbound', 'outbound'], creditLimits: { inbound: '1' } },
  { balances: ['mutual'] },
  { balances: ['mutual', 'inbound'], mutualFormula: 'inbound-minus-outbound', creditLimits: { mutual: '0.5' } },
  { balances: [] },
  { balances: ['inbound', 'outbound'], reservation: { sliceSeconds: 30, maxConcurrent: 2 }, countReservations: true },
];

const accountIds = ['acme', 'globex', 'initech'];
const amounts = ['0.5', '1', '1', '2', '0.0000000001'];

/** Of calls: at a cent a second, at more than most have, and for nothing. */
const rates = ['0.6', '30', '0'].map((perMinute) => ({ perMinute, initialSeconds: 1, incrementSeconds: 1 }));

/** What partners, finance and the rater send in one run, from the seed alone. @param {import('./scheduler').Scheduler} scheduler @param {number} count */
const createWorkload = (scheduler, count) => {
  const one = (/** @type {any[]} */ list) => list[scheduler.pick(list.length)];
  const openingOf = (/** @type {string} */ accountId) => ({
    type: 'OpenAccount',
    data: { accountId, currency: 'EUR', cutoff: one(rules) },
  });
  let serial = 0;
  const record = () => {
    const base = {
      accountId: one(accountIds),
      direction: one(['inbound', 'outbound']),
      amount: one(amounts),
      currency: 'EUR',
    };
    serial += 1;
    const kind = one([
      ...['payment', 'usage', 'usage', 'usage', 'payment', 'adjustment', 'reversal', 'rule'],
      ...['opening', 'opening'],
    ]);
    const id = `${serial}`;
    switch (kind) {
      case 'opening':
        return openingOf(`late-${id}`);
      case 'payment':
        return { type: 'RecordPayment', data: { paymentId: id, ...base } };
      case 'usage':
        return { type: 'ChargeUsage', data: { usageId: id, ...base } };
      case 'adjustment':
        return {
          type: 'AdjustBalance',
          data: {
            adjustmentId: id,
            ...base,
            amount: one(['-1', '1.5', '-0.5']),
            reason: 'simulated',
            actor: 'simulation',
          },
        };
      case 'reversal':
        return {
          type: 'ReverseEntry',
          data: {
            reversalId: id,
            accountId: base.accountId,
            of: { kind: 'usage', id: `${1 + scheduler.pick(serial)}` },
            reason: 'simulated',
            actor: 'simulation',
          },
        };
      default:
        return { type: 'ChangeCutoff', accountId: base.accountId, data: one(rules) };
    }
  };
  const sent = Array.from({ length: count }, record);
  const calls = Array.from({ length: Math.ceil(count / 8) }, (_, number) => callOf(scheduler, number + 1));
  const openings = accountIds.map(openingOf);
  return { openings, commands: sent, calls, one };
};

/** A call as a switch asks about it, and how it ends: some by nobody's word. @param {import('./scheduler').Scheduler} scheduler @param {number} number */
const callOf = (scheduler, number) => {
  const one = (/** @type {any[]} */ list) => list[scheduler.pick(list.length)];
  const base = { accountId: one(accountIds), direction: one(['inbound', 'outbound']), currency: 'EUR' };
  const named = { accountId: base.accountId, authorizationId: `call-${number}` };
  const asked = { ...base, ...named, deck: 'simulated', callee: '+442079460000' };
  const extended = Array.from({ length: scheduler.pick(3) }, (_, at) => ({
    type: 'ExtendCall',
    data: { ...named, number: at + 1 },
  }));
  const interim = { usageId: `first-of-call-${number}`, ...base, ...named, amount: one(amounts), final: false };
  const taken = { reversalId: `back-${number}`, accountId: base.accountId, reason: 'simulated', actor: 'simulation' };
  const corrected = scheduler.chance(3)
    ? [
        { type: 'ChargeUsage', data: interim },
        { type: 'ReverseEntry', data: { ...taken, of: { kind: 'usage', id: interim.usageId } } },
      ]
    : [];
  const released = { type: 'ReleaseCall', data: { ...named, usedSeconds: scheduler.pick(40) } };
  const used = { usageId: `of-call-${number}`, ...base, ...named, amount: one(amounts) };
  return {
    asks: [
      { type: 'AuthorizeCall', data: asked, rate: one(rates) },
      ...corrected,
      ...extended,
      ...(scheduler.chance(2) ? [released] : []),
    ],
    usage: scheduler.chance(3) ? undefined : { type: 'ChargeUsage', data: used },
  };
};

/** A payment or usage as a Kafka message. @param {any} command */
const messageOf = ({ type, data }) => ({
  topic: type === 'RecordPayment' ? 'tollgate.payments.v1' : 'tollgate.usage.v1',
  value: Buffer.from(JSON.stringify(data)),
});

/** The same id with another amount, where there is one. @param {any} command */
const conflictWith = (command) =>
  command.data.amount === undefined ? command : { ...command, data: { ...command.data, amount: '3' } };

const garbage = [
  Buffer.from('{'),
  Buffer.from([0xff, 0x00]),
  Buffer.from('{"usageId":"x","accountId":"nobody","direction":"inbound","amount":"1","currency":"EUR"}'),
  Buffer.from('[]'),
];

module.exports = { conflictWith, createWorkload, garbage, messageOf };
