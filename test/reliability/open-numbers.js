// @ts-check
'use strict';
const { createDecipheriv } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

/** Where the id stands that a number is bound to, by the type of its event. */
const idNames = { UsageCharged: 'usageId', ReservationPlaced: 'authorizationId' };

/**
 * A number as it was before it was sealed: nonce, ciphertext and tag of AES-256-GCM, padded after ISO/IEC 7816-4. Throws where it was sealed
 * by another key or for another place.
 * @param {string} sealed @param {Buffer} key @param {string} bound
 */
const numberOf = (sealed, key, bound) => {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
  decipher.setAAD(Buffer.from(bound)).setAuthTag(bytes.subarray(bytes.length - 16));
  const padded = Buffer.concat([decipher.update(bytes.subarray(12, bytes.length - 16)), decipher.final()]);
  return JSON.parse(padded.toString('utf8').replace(/\u{fffd}\0*$/u, ''));
};

/** An event with its numbers, by the keys in a folder; one without numbers as it is. Shares no code with Tollgate. @param {any} event @param {string} keys */
const openNumbers = (event, keys) => {
  const { type, data, metadata } = event;
  const idName = idNames[/** @type {keyof typeof idNames} */ (type)];
  const named = ['caller', 'callee'].filter((name) => idName !== undefined && data[name] !== undefined);
  if (named.length === 0) return event;
  const [month, id] = String(metadata.sealed).split('/');
  const key = readFileSync(join(keys, String(month), `${data.accountId}.${id}`));
  const numbers = named.map((name) => {
    const bound = JSON.stringify([data.accountId, type, data[idName], name]);
    return [name, numberOf(data[name], key, bound)];
  });
  return { ...event, data: { ...data, ...Object.fromEntries(numbers) } };
};

module.exports = { openNumbers };
