// @ts-check
'use strict';

const { SetupError } = require('./child-server.js');

/** @param {string} line */
const say = (line) => process.stdout.write(`${line}\n`);

/**
 * The options of a command, as `parse` makes them of the command line; prints the help where it is asked for. What cannot be
 * understood ends the process with 2, before anything has begun.
 * @template {{ help?: boolean | undefined }} Options
 * @param {string} help @param {() => Options} parse @returns {Options}
 */
const readOptions = (help, parse) => {
  try {
    const options = parse();
    if (!options.help) return options;
    process.stdout.write(help);
    return process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    return process.exit(2);
  }
};

const most = 2 ** 32 - 1;

/** @param {string} option @param {string} text @param {number} least */
const wholeNumber = (option, text, least) => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new Error(`${option} ${text}: must be a whole number from ${least} to ${most}`);
  return value;
};

/** Ctrl-C comes twice: from the terminal and from npm. @param {() => void} onSignal */
const atSignal = (onSignal) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
};

/** Stops a server at the first signal, also while it starts; whether that has come. @param {string} name @param {Promise<{ stop: () => unknown }>} starting */
const stopAtSignal = (name, starting) => {
  let isStopping = false;
  atSignal(() => {
    if (isStopping) return;
    isStopping = true;
    say(`Stopping ${name} …`);
    void starting.then(({ stop }) => stop());
  });
  return () => isStopping;
};

/** Runs a command to its end: 0, or 1 and why. Of a problem that the user can solve the message is enough. @param {() => Promise<void>} main */
const runCommand = (main) => {
  main().then(
    () => process.exit(0),
    (error) => {
      process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`);
      process.exit(1);
    },
  );
};

module.exports = { atSignal, readOptions, runCommand, say, stopAtSignal, wholeNumber };
