// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const eventBytes = 570;
const groupEvents = 2_000;
const count = 500_000;

/**
 * What it costs the kernel to take as many bytes as the log takes of an event, in groups made durable one by one: µs of CPU an event. It
 * rises where the machine has to get memory for its cache that it had not used before; so the file stays, as the log does.
 */
const writeFloor = (/** @type {string} */ folder) => {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'written');
  const group = Buffer.alloc(groupEvents * eventBytes, 'x');
  const descriptor = fs.openSync(file, 'w');
  const before = process.cpuUsage();
  for (let written = 0; written < count; written += groupEvents) {
    fs.writeSync(descriptor, group);
    fs.fdatasyncSync(descriptor);
  }
  const { user, system } = process.cpuUsage(before);
  fs.closeSync(descriptor);
  return (user + system) / count;
};

module.exports = { writeFloor };
