// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { SetupError } = require('../child-server.js');

const columns = 'id(int,auto) key_name(string) key_type(int) value_type(int) key_value(string) expires(int)';
const names = ['trunk', 'trusted', 'policy', 'route', 'emergency', 'psap'];
const accountId = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const hostAndPort = /^[A-Za-z0-9.-]+:\d{1,5}$/;

/** @param {boolean} isRight @param {string} what */
const demand = (isRight, what) => {
  if (!isRight) throw new SetupError(what);
};

/** @param {string} prefix @param {readonly string[]} vendors */
const checkVendors = (prefix, vendors) => {
  const accounts = vendors.map((vendor) => vendor.split('@')[0] ?? '');
  for (const [index, vendor] of vendors.entries()) {
    const [account = '', target = ''] = vendor.split('@');
    const isRight = accountId.test(account) && hostAndPort.test(target);
    demand(isRight, `routes.${prefix}: "${vendor}" must be account@host:port`);
    // What was held for a vendor who fails is given back, and cannot be asked for again.
    const isApart = accounts.indexOf(account) < index && accounts[index - 1] !== account;
    demand(!isApart, `routes.${prefix}: the places of ${account} must stand together`);
  }
};

/** Throws a SetupError that names what is wrong. @param {import('./tables').SwitchTables} tables */
const check = ({ trunks, policies, routes, emergency }) => {
  for (const [address, account] of Object.entries(trunks))
    demand(accountId.test(account), `trunks.${address}: "${account}" is no accountId`);
  for (const [account, policy] of Object.entries(policies))
    demand(policy === 'open' || policy === 'closed', `policies.${account}: must be open or closed`);
  for (const [prefix, vendors] of Object.entries(routes)) {
    demand(/^\d{1,32}$/.test(prefix), `routes: "${prefix}" must be digits, without +`);
    checkVendors(prefix, vendors);
  }
  for (const [number, target] of Object.entries(emergency))
    demand(hostAndPort.test(target), `emergency.${number}: "${target}" must be host:port`);
};

/** Keys and values of each table that Kamailio loads. @param {import('./tables').SwitchTables} tables */
const rowsOf = ({ trunks, trusted, policies, routes, emergency }) => ({
  trunk: Object.entries(trunks),
  trusted: trusted.map((address) => [address, '1']),
  policy: Object.entries(policies),
  route: Object.entries(routes).flatMap(([prefix, vendors]) =>
    vendors.map((vendor, index) => [`${prefix}/${index}`, vendor]),
  ),
  emergency: Object.entries(emergency).map(([number, target]) => [number, `sip:${target}`]),
  psap: [...new Set(Object.values(emergency))].map((target) => [target, '1']),
});

/** @param {string} text */
const escaped = (text) => text.replaceAll('\\', '\\\\').replaceAll(':', '\\:');

/** @type {typeof import('./tables').writeTables} */
const writeTables = (folder, tables) => {
  check(tables);
  fs.mkdirSync(folder, { recursive: true });
  /** @type {Record<string, string[][]>} */
  const rows = rowsOf(tables);
  for (const name of names) {
    const lines = (rows[name] ?? []).map(
      ([key = '', value = ''], index) => `${index + 1}:${escaped(key)}:0:0:${escaped(value)}:0`,
    );
    fs.writeFileSync(path.join(folder, name), [columns, ...lines, ''].join('\n'));
  }
  const versions = names.map((name) => `${name}:2`);
  const header = 'table_name(string) table_version(int)';
  fs.writeFileSync(path.join(folder, 'version'), [header, ...versions, ''].join('\n'));
};

module.exports = { writeTables };
