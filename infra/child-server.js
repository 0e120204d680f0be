// @ts-check
'use strict';

const { once } = require('node:events');
const net = require('node:net');

/** A problem the user can solve; its message says how. */
class SetupError extends Error {}

/**
 * Runs the command as this very process (exec), after leaving a watcher behind that signals it when our end of the
 * pipe closes: even a parent that is killed leaves no server running.
 * @param {'KILL' | 'QUIT' | 'TERM'} signal @param {readonly string[]} command
 */
const dieWithParent = (signal, command) => [
  '-c',
  `exec 3<&0; (cat <&3 >/dev/null 2>&1; kill -${signal} $$ 2>/dev/null) & exec "$@" </dev/null 3<&-`,
  'sh',
  ...command,
];

const freePort = async () => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
};

/** @param {string} text */
const portFrom = (text) => {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new SetupError(`--port ${text}: not a port (1 to 65535).`);
  return port;
};

module.exports = { SetupError, dieWithParent, freePort, portFrom };
