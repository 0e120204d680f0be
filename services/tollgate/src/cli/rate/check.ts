import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { checkDeck } from '@tollgate/rating';
import { SettingsError } from '../../settings';
import { printable, say } from '../terminal-text';

type Flags = { jump: number };
const exitCodes = { warnings: 1, errors: 2 };

/** `tollgate rate check`: decks, before they are put to use. */
export const addCheck = (rate: Command): void => {
  rate
    .command('check')
    .summary('check decks before they are used')
    .description(
      'Says every error of the decks (lines that are wrong, prefixes with two prices at one time) and warns of gaps in time and of prices that jump.',
    )
    .argument('<deck...>', 'decks as CSV')
    .option('--jump <percent>', 'warn of a price that changes by more than this', percentOf, 50)
    .addHelpText(
      'after',
      `
Ends with 0 if all is well, with 1 if there are warnings only, with 2 if a deck cannot be used.

Example: tollgate rate check decks/*.csv`,
    )
    .action(check);
};

const check = async (files: readonly string[], { jump }: Flags): Promise<void> => {
  let code = 0;
  for (const file of files) {
    const { prefixes, errors, warnings } = checkDeck(await textOf(file), jump);
    for (const error of errors) say(printable(`${file}: error: ${error}`));
    for (const warning of warnings) say(printable(`${file}: warning: ${warning}`));
    say(
      printable(
        `${file}: ${String(prefixes)} prefixes, ${String(errors.length)} errors, ${String(warnings.length)} warnings`,
      ),
    );
    if (errors.length > 0) code = exitCodes.errors;
    else if (warnings.length > 0) code = Math.max(code, exitCodes.warnings);
  }
  process.exitCode = code;
};

const textOf = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: unknown) => {
    throw new SettingsError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  });

const percentOf = (text: string): number => {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of per cent.');
  return Number(text);
};
