import type { Command } from 'commander';
import { explainCdr } from '@tollgate/cdr-rater';
import { loadPartners } from '../../rater-file';
import { printable, say } from '../terminal-text';
import { cdrsIn } from './cdr-file';
import { raterFlags, settingsOf, withFlags } from './rate-flags';
import type { RateFlags } from './rate-flags';

/** `tollgate rate explain`: why calls cost what they cost. */
export const addExplain = (rate: Command): void => {
  withFlags(rate.command('explain'), raterFlags)
    .summary('say why calls cost what they cost')
    .description(
      'Rates the CDRs of a file as the rater would, and says of each leg which prefix of which deck counts, for how many seconds, and where it is rounded. Sends nothing.',
    )
    .argument('<file>', 'CDRs, as for rate send; - for JSON lines from standard input')
    .addHelpText(
      'after',
      `
Ends with 0 if every leg has a price, with 1 otherwise.

Example: tollgate rate explain calls.csv --rater rater.json --decks decks`,
    )
    .action(explain);
};

const explain = async (file: string, flags: RateFlags): Promise<void> => {
  const partners = loadPartners(settingsOf(flags));
  for await (const { line, parsed } of cdrsIn(file)) {
    const { lines, isRated } = parsed.ok
      ? explainCdr(partners, parsed.value)
      : { lines: [`line ${String(line)}: ${parsed.detail}`], isRated: false };
    for (const text of lines) say(printable(text));
    if (!isRated) process.exitCode = 1;
  }
};
