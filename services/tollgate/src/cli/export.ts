import { once } from 'node:events';
import { Option } from 'commander';
import type { Command } from 'commander';
import { byOf, isAccountEvent } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { readSettings, settingSources } from '../settings';
import { openLogSource } from './log-source';

/** `tollgate export`: the events of the log as lines of JSON. */
export const addExport = (program: Command): void => {
  const { flag = '', variable, about } = settingSources.data;
  program
    .command('export')
    .summary('print every event of the log')
    .description(
      'Prints every event of the log up to the last durable one, oldest first, also while Tollgate runs: a line of JSON each, with its place, its times and where it came from.',
    )
    .option(flag, `${about} (${variable})`)
    .addOption(new Option('--format <format>', 'how to print them').choices(['ndjson']).default('ndjson'))
    .action(async (flags: { data?: string }) => {
      const settings = readSettings(flags.data === undefined ? {} : { data: flags.data }, process.env);
      const source = await openLogSource(settings);
      for await (const events of source.recorded('')) {
        const text = events.map((event) => `${JSON.stringify(lineOf(event))}\n`).join('');
        if (!process.stdout.write(text)) await once(process.stdout, 'drain');
      }
      await source.close();
    });
};

/** What stands in the line of an event, with what its group says of all of its events. */
const lineOf = (event: RecordedEvent<LogEvent>): object => {
  const { position, stream, revision, eventId, type, recordedAt, data } = event;
  const place = { position: position.toString(), stream, revision, eventId, type, recordedAt };
  if (!isAccountEvent(event)) return { ...place, data };
  const { receivedAt } = event.metadata.source;
  const by = byOf(event.metadata);
  const reversed = event.type === 'EntryReversed' ? event.metadata.reversed : undefined;
  return { ...place, receivedAt, ...(by && { by }), ...(reversed && { reversed }), data };
};
