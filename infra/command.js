// @ts-check
'use strict';

const { SetupError } = require('./child-server.js');

/** @param {string} line */
const say = (line) => process.stdout.write(`${line}\n`);

/** What `parse` makes of the command line; what it cannot understand is told with the help. @template Options @param {string} help @param {() => Options} parse */
const readOptions = (help, parse) => {
  try {
    return parse();
  } catch (error) {
    throw new SetupError(`${/** @type {Error} */ (error).message}\n\n${help}`);
  }
};

/** @param {string} name @param {string} text */
const numberFrom = (name, text) => {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new SetupError(`--${name} ${text}: not a whole number from 1 to 99999`);
  return Number(text);
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

module.exports = { numberFrom, readOptions, runCommand, say };
