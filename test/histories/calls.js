// @ts-check
'use strict';

/** @typedef {import('./business').Call} Call */

/** @param {string} path @param {unknown} body @returns {Call} */
const callOf = (path, body) => ({ method: 'POST', path, body: JSON.stringify(body) });

const price = { perMinute: '0.6', connectFee: '0.05', initialSeconds: 30, incrementSeconds: 6 };

/** Rules by which calls are limited, each in another way. */
const rules = [
  { balances: ['inbound'], creditLimits: { inbound: '100' }, reservation: { sliceSeconds: 60, maxConcurrent: 40 } },
  {
    ...{ balances: ['inbound', 'outbound'], creditLimits: { inbound: '50', outbound: '50' } },
    ...{ countReservations: true, callsInProgress: 'cut-now' },
  },
  { balances: ['mutual'], creditLimits: { mutual: '100' }, mutualFormula: 'inbound-minus-outbound' },
];

const accountOf = (/** @type {number} */ number) => `caller-${number}`;

/** What is asked of a call that nobody ends lives so long: ringing, and what it was granted. */
const lostSeconds = 125;

/** Accounts, and calls that nobody tells the end of. @returns {Call[]} */
const lostCalls = () =>
  rules.flatMap((cutoff, number) => [
    callOf('/v1/accounts', { accountId: accountOf(number), currency: 'EUR', cutoff }),
    callOf('/v1/authorizations', asked(number, 'lost')),
  ]);

/** @param {number} number @param {string} name */
const asked = (number, name) => ({
  ...{
    authorizationId: `${name}-${number}`,
    accountId: accountOf(number),
    direction: 'inbound',
    currency: 'EUR',
    price,
  },
  ...{ caller: '+41446681800', callee: '+442079460000', callId: `${name}-${number}@sbc`, requestedSeconds: 2 },
});

/** @param {number} number @param {string} id @param {object} fields */
const used = (number, id, fields) =>
  callOf('/v1/usage', {
    ...{ usageId: `of-${id}`, accountId: accountOf(number), direction: 'inbound', amount: '0.35', currency: 'EUR' },
    ...fields,
  });

/** Usage of a call that goes on is taken back. @param {number} number */
const takenBack = (number) =>
  callOf('/v1/reversals', {
    ...{ reversalId: `taken-back-${number}`, accountId: accountOf(number) },
    ...{ of: { kind: 'usage', id: `of-taken-${number}-1` }, reason: 'billed twice', actor: 'finance' },
  });

/** Prices that rise while a call may ring: every minute for an hour. */
const deck = {
  name: 'rising',
  csv: () => {
    const begins = Date.now();
    const at = (/** @type {number} */ minute) => new Date(begins + minute * 60_000).toISOString();
    const lines = Array.from(
      { length: 60 },
      (_, minute) => `44,EUR,0.${60 + minute},1,1,${at(minute)},${at(minute + 1)}`,
    );
    return ['prefix,currency,perMinute,initialSeconds,incrementSeconds,effectiveFrom,effectiveTo', ...lines].join('\n');
  },
};

/** Calls that end in every way: charged, in parts, above what was held, taken back, at a price that rises, released with or without use, under a name that is nobody's. @returns {Call[]} */
const endedCalls = () =>
  rules.flatMap((_rule, number) => {
    const path = (/** @type {string} */ name, /** @type {string} */ verb) =>
      `/v1/authorizations/${accountOf(number)}/${name}-${number}/${verb}`;
    const ask = (/** @type {string} */ name) => callOf('/v1/authorizations', asked(number, name));
    const authorizationId = (/** @type {string} */ name) => ({ authorizationId: `${name}-${number}` });
    return [
      ...[ask('whole'), ask('whole'), used(number, `whole-${number}`, authorizationId('whole'))],
      ...[ask('long'), callOf(path('long', 'extend'), { number: 1 }), callOf(path('long', 'extend'), { number: 1 })],
      used(number, `long-${number}-1`, { ...authorizationId('long'), final: false }),
      used(number, `long-${number}-2`, { ...authorizationId('long'), amount: '7.5' }),
      ...[ask('missed'), callOf(path('missed', 'release'), {})],
      ...[ask('held'), callOf(path('held', 'release'), { usedSeconds: 1.5 })],
      used(number, `nobody-${number}`, authorizationId('nobody')),
      ...[ask('taken'), used(number, `taken-${number}-1`, { ...authorizationId('taken'), final: false })],
      ...[takenBack(number), callOf(path('taken', 'extend'), { number: 1 })],
      used(number, `taken-${number}-2`, authorizationId('taken')),
      callOf('/v1/authorizations', { ...asked(number, 'dearer'), price: undefined, deck: deck.name }),
      used(number, `dearer-${number}`, authorizationId('dearer')),
      callOf(path('nobody', 'extend'), { number: 1 }),
    ];
  });

/** What two switches say of commands, one of them twice. @param {{ data: string }[]} commands @returns {Call[]} */
const acknowledgements = (commands) =>
  commands.slice(0, 12).flatMap(({ data }, index) => {
    const { commandId, accountId, sequence } = JSON.parse(data);
    const told = {
      commandId,
      accountId,
      sequence,
      appliedAt: '2026-01-31T12:00:00.000Z',
      callsCut: index,
      result: 'applied',
    };
    const failed = { ...told, switchId: 'edge-2', callsCut: 0, result: 'failed', detail: 'nicht erreichbar' };
    const applied = { ...told, switchId: 'edge-1' };
    return [applied, failed, ...(index % 4 === 0 ? [applied] : [])].map((body) => callOf('/v1/acknowledgements', body));
  });

module.exports = { acknowledgements, deck, endedCalls, lostCalls, lostSeconds };
