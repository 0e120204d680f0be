// @ts-check
'use strict';

const { once } = require('node:events');
const { createServer } = require('node:http');

/** @typedef {import('./receiver').ToldCommand} ToldCommand */

/** @param {ToldCommand} command */
const keyOf = ({ accountId, direction }) => `${accountId}/${direction}`;

/** What a switch keeps in memory: it is gone when it ends, and so is its epoch. @param {import('./receiver').LiveCall[]} calls */
const createTables = (calls) => {
  /** @type {string | null} */
  let epoch = null;
  /** The newest command of each account and direction. @type {Map<string, ToldCommand>} */
  let latest = new Map();

  /** @param {ToldCommand} command */
  const cut = (command) => {
    if (command.type !== 'BlockTraffic' || command.callsInProgress === 'let-run') return 0;
    const isOver = (/** @type {import('./receiver').LiveCall} */ call) =>
      `${call.accountId}/${call.direction}` === keyOf(command) &&
      (command.callsInProgress === 'cut-now' || call.limitSeconds === undefined);
    const over = calls.filter(isOver);
    for (const call of over) calls.splice(calls.indexOf(call), 1);
    return over.length;
  };
  /** @param {ToldCommand} command */
  const isNew = (command) => command.sequence > (latest.get(keyOf(command))?.sequence ?? 0);

  return {
    epoch: () => epoch,
    blocked: () => [...latest].filter(([, { type }]) => type === 'BlockTraffic').map(([key]) => key),
    /** @param {{ epoch: string, commands: ToldCommand[] }} told */
    takeAll: (told) => {
      const callsCut = Object.fromEntries(told.commands.filter(isNew).map((one) => [one.commandId, cut(one)]));
      latest = new Map(told.commands.map((one) => [keyOf(one), one]));
      epoch = told.epoch;
      return { callsCut };
    },
    /** @param {ToldCommand} command */
    take: (command) => {
      if (!isNew(command)) return { callsCut: 0 };
      latest.set(keyOf(command), command);
      return { callsCut: cut(command) };
    },
  };
};

/** @param {import('node:http').IncomingMessage} request */
const bodyOf = async (request) => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? undefined : JSON.parse(text);
};

/** @type {typeof import('./receiver').startReceiver} */
const startReceiver = async ({ port = 0, authorization, calls = [] } = {}) => {
  const tables = createTables(calls);
  let failures = 0;
  /** @type {string[]} */
  const told = [];

  /** Status and answer. @param {string} what @param {any} body @returns {[number, object]} */
  const answer = (what, body) => {
    if (what === 'GET /') return [200, { epoch: tables.epoch() }];
    if (failures > 0) {
      failures -= 1;
      return [500, { detail: 'not now' }];
    }
    if (what === 'POST /full-set') {
      told.push(`all: ${body.commands.map((/** @type {ToldCommand} */ one) => one.commandId).join(', ')}`);
      return [200, tables.takeAll(body)];
    }
    if (what !== 'POST /command') return [404, {}];
    if (body.epoch !== tables.epoch()) return [409, { detail: 'everything first' }];
    told.push(body.command.commandId);
    return [200, tables.take(body.command)];
  };
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const isLetIn = authorization === undefined || request.headers.authorization === authorization;
      const [status, fields] = isLetIn ? answer(`${request.method} ${request.url}`, body) : [401, {}];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(fields));
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    blocked: tables.blocked,
    told,
    fail: (times) => void (failures = times),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

module.exports = { startReceiver };
