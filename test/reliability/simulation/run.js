// @ts-check
'use strict';
const { parseArgs } = require('node:util');
const { readOptions, wholeNumber } = require('../../../infra/command');
const { canaries, install } = require('./canaries');

const help = `Runs Tollgate's services on a simulated clock, log, broker and network, driven by one seed a run.

  npm run proof:simulate -- [options]

  --seeds N      how many runs (500)
  --seed S       the first seed (1); with --seeds 1 a failing run again
  --commands N   how much is sent in a run (40)
  --trace        print what happens, step by step
  --canary NAME  put a deliberate fault in first: ${Object.keys(canaries).join(', ')}
  --help         this text

Ends with 1 at the first promise that is broken, and says how to see it again.
`;

const options = readOptions(help, () => {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '500' },
      seed: { type: 'string', default: '1' },
      commands: { type: 'string', default: '40' },
      trace: { type: 'boolean', default: false },
      canary: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.canary !== undefined && !Object.hasOwn(canaries, values.canary))
    throw new Error(`--canary ${values.canary}: choose from ${Object.keys(canaries).join(', ')}`);
  return {
    ...values,
    seeds: wholeNumber('--seeds', values.seeds, 1),
    seed: wholeNumber('--seed', values.seed, 0),
    commands: wholeNumber('--commands', values.commands, 1),
  };
});

/** Of a run that fails, what happened last is shown. */
const traceLines = 30;

const print = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);

const progress = (/** @type {number} */ done, /** @type {number} */ total) => {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${total} seeds`);
  else if (done % 500 === 0) process.stderr.write(`${done} of ${total} seeds\n`);
};

/** Says what is wrong, what happened last, and how to see it again. @param {number} seed @param {unknown} error @param {readonly string[]} last */
const tellFailure = (seed, error, last) => {
  for (const line of last) print(line);
  print(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof Error && error.constructor.name !== 'Violation') print(error.stack ?? '');
  const canary = options.canary === undefined ? '' : ` --canary '${options.canary}'`;
  print(
    `again, with all of its trace: npm run proof:simulate -- --seed ${seed} --seeds 1 --commands ${options.commands}${canary} --trace`,
  );
};

const main = async () => {
  if (options.canary !== undefined) install(options.canary);
  // Loaded only now, so that the fault and the simulated clock are in place.
  const { simulate } = require('./simulate');
  const { seed: first, seeds: total, commands } = options;
  const startedAt = process.hrtime.bigint();
  const sums = { events: 0, commands: 0, steps: 0 };
  for (let seed = first; seed < first + total; seed += 1) {
    /** @type {string[]} */
    const last = [];
    const keep = (/** @type {string} */ line) => {
      last.push(line);
      if (last.length > traceLines) last.shift();
    };
    try {
      const result = await simulate(seed, { commands, trace: options.trace ? print : keep });
      sums.events += result.events;
      sums.commands += result.commands;
      sums.steps += result.steps;
    } catch (error) {
      tellFailure(seed, error, last);
      process.exit(1);
    }
    progress(seed - first + 1, total);
  }
  const seconds = Number((process.hrtime.bigint() - startedAt) / 1_000_000n) / 1_000;
  print(
    `${total} seeds from ${first}: ${sums.steps} steps, ${sums.events} events, ${sums.commands} commands, nothing lost, doubled or wrong (${seconds.toFixed(1)} s)`,
  );
  process.exit(0);
};

void main();
