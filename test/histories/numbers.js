// @ts-check
'use strict';
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');

/** Whose numbers are shredded. */
const accountId = 'forgotten';
const numbers = { caller: '+41 44 668 18 00', callee: '+44 20 7946 0000' };

/** @param {string} path @param {unknown} body @returns {import('./business').Call} */
const callOf = (path, body) => ({ method: 'POST', path, body: JSON.stringify(body) });

/** Calls of an account whose numbers are sealed, one of them authorised. @param {string} name @returns {import('./business').Call[]} */
const numberedCalls = (name) => {
  const about = { accountId, direction: 'inbound', currency: 'EUR' };
  const authorizationId = `${name}-call`;
  const price = { perMinute: '0.6', initialSeconds: 1, incrementSeconds: 1 };
  return [
    callOf('/v1/accounts', { accountId, currency: 'EUR', name: 'Vergessen & Söhne' }),
    callOf('/v1/payments', { paymentId: `${name}-payment`, ...about, amount: '10' }),
    ...[1, 2, 3].map((number) =>
      callOf('/v1/usage', { usageId: `${name}-${number}`, ...about, amount: '1.25', ...numbers }),
    ),
    callOf('/v1/authorizations', { authorizationId, ...about, price, ...numbers }),
    callOf('/v1/usage', {
      usageId: `${name}-settled`,
      ...about,
      amount: '0.5',
      authorizationId,
      callee: numbers.callee,
    }),
  ];
};

/** Beside the process that uses them. @param {{ checkout: string, numberKeys: string }} where */
const shredNumbers = ({ checkout, numberKeys }) => {
  const program = join(checkout, 'services/tollgate/bin/tollgate.js');
  const said = ['--account', accountId, '--actor', 'Zoë', '--reason', 'auf Wunsch', '--yes'];
  const command = ['numbers', 'shred', '--number-keys', numberKeys, ...said];
  const { status } = spawnSync(process.execPath, [program, ...command], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the keys were not destroyed');
};

module.exports = { numberedCalls, shredNumbers };
