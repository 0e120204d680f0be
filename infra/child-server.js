// @ts-check
'use strict';

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

/** Below those that a system gives to outgoing connections (Linux: from 32768 on), or one of them could take it before whoever asked listens. */
const [firstPort, ports] = [15_000, 15_000];

/** A port of this machine that nobody listens on. */
const freePort = async () => {
  for (;;) {
    const port = firstPort + Math.floor(Math.random() * ports);
    if (await isFree(port)) return port;
  }
};

/** @param {number} port @returns {Promise<boolean>} */
const isFree = (port) =>
  new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** @param {string} text */
const portFrom = (text) => {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new SetupError(`--port ${text}: not a port (1 to 65535).`);
  return port;
};

module.exports = { SetupError, dieWithParent, freePort, portFrom };
