import type { Command } from 'commander';
import type { OutgoingMessage } from '@tollgate/kafka';
import { say } from '../terminal-text';
import { cdrsIn } from './cdr-file';
import { publishAll } from './publish-all';
import { connectTo, kafkaFlags, withFlags } from './rate-flags';
import type { RateFlags } from './rate-flags';

/** `tollgate rate send`: CDRs of a file, to be rated as those of the switch are. */
export const addSend = (rate: Command): void => {
  withFlags(rate.command('send'), kafkaFlags)
    .summary('send the CDRs of a file to be rated')
    .description(
      'Reads CDRs, a JSON object a line or CSV whose first row names the fields (attributes as attributes.NAME, legs as inbound, outbound or both with a blank between), and sends them to the topic of CDRs. A CDR that was rated before changes nothing.',
    )
    .argument('<file>', 'CDRs; CSV if its name ends in .csv; - for JSON lines from standard input')
    .addHelpText(
      'after',
      `
Ends with 0 if all were sent, with 1 if some are no CDRs; those are named by their lines.

Example: tollgate rate send calls.csv`,
    )
    .action(send);
};

const send = async (file: string, flags: RateFlags): Promise<void> => {
  const { kafka, topics } = connectTo(flags);
  let refused = 0;
  const messages = async function* (): AsyncGenerator<OutgoingMessage> {
    for await (const { line, parsed } of cdrsIn(file)) {
      if (parsed.ok) yield { topic: topics.cdr, key: parsed.value.originator, value: JSON.stringify(parsed.value) };
      else {
        refused += 1;
        say(`line ${String(line)}: ${parsed.detail}`);
      }
    }
  };
  const sent = await publishAll(kafka, messages());
  say(`${String(sent)} CDRs sent, ${String(refused)} refused.`);
  if (refused > 0) process.exitCode = 1;
};
