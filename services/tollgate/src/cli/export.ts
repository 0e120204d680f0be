import { once } from 'node:events';
import { Option } from 'commander';
import type { Command } from 'commander';
import { logLine } from '@tollgate/contracts';
import { readSettings, settingSources } from '../settings';
import { openLogSource } from './log-source';

/** `tollgate export`: the events of the log as lines of JSON. */
export const addExport = (program: Command): void => {
  const { flag = '', variable, about } = settingSources.data;
  program
    .command('export')
    .summary('print every event of the log')
    .description(
      'Prints every event of the log up to the last durable one, oldest first, also while Tollgate runs: a line of JSON each, with its stream, its times and where it came from. The lines are the leaves of the ledger’s tree (README, “For auditors”).',
    )
    .option(flag, `${about} (${variable})`)
    .addOption(new Option('--format <format>', 'how to print them').choices(['ndjson']).default('ndjson'))
    .action(async (flags: { data?: string }) => {
      const settings = readSettings(flags.data === undefined ? {} : { data: flags.data }, process.env);
      const source = await openLogSource(settings);
      for await (const events of source.recorded('')) {
        const text = events.map((event) => `${logLine(event)}\n`).join('');
        if (!process.stdout.write(text)) await once(process.stdout, 'drain');
      }
      await source.close();
    });
};
