// @ts-check
'use strict';

/**
 * The options of a proof, as `parse` makes them of the command line; prints the help where it is asked for. What cannot be
 * understood ends the program with 2, before anything has begun.
 * @template {{ help: boolean }} Options
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

module.exports = { readOptions, wholeNumber };
