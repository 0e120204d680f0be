import type { Command } from 'commander';
import { followCommands } from '@tollgate/client';
import { commandText } from './command-text';
import { say } from './terminal-text';
import { urlOption } from './tollgate-client';

type Flags = { url: string; fromStart?: boolean; json?: boolean };

/** `tollgate watch`: block and unblock commands as they are made. */
export const addWatch = (program: Command): void => {
  program
    .command('watch')
    .summary('show block and unblock commands as they are made')
    .description(
      'Shows the commands to block and unblock traffic, a line each, as they are made, until Ctrl-C. A lost connection is resumed after the last command shown.',
    )
    .option('--from-start', 'begin with the first command there is, not with the next')
    .option('--json', 'a line of JSON each, as on the traffic-control topic')
    .addOption(urlOption())
    .addHelpText(
      'after',
      "\nExamples:\n  tollgate watch --from-start\n  tollgate watch --json | jq -r '[.type, .accountId, .direction] | @tsv'",
    )
    .action(watch);
};

const watch = async ({ url, fromStart = false, json = false }: Flags): Promise<void> => {
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  const onConnection = (state: 'lost' | 'back'): void => {
    const text = state === 'lost' ? `the connection to ${url} was lost; trying until it is back` : 'connected again';
    process.stderr.write(`${text}\n`);
  };
  const options = { isFromStart: fromStart, signal: ending.signal, onConnection };
  for await (const { command } of followCommands(url, options))
    say(json ? JSON.stringify(command) : commandText(command));
};
