import { writeFile } from 'node:fs/promises';
import { Option } from 'commander';
import type { Command } from 'commander';
import { eventsIn, eventsServed } from './account-events';
import { readEvents, withEvents } from './audited-events';
import type { EventFlags } from './audited-events';
import { SettingsError, readSettings, settingSources } from '../settings';
import { timeText } from './moment-options';
import { keyFolder, withNumbers } from './open-numbers';
import { collectStatement } from './statement/collect';
import type { Wanted } from './statement/collect';
import { statementCsv } from './statement/csv';
import { daysIn, utcDays } from './statement/days';
import type { Days } from './statement/days';
import { statementHtml } from './statement/html';
import type { Statement } from './statement/statement';
import { statementText } from './statement/text';
import { createClient, urlOf } from './tollgate-client';
import { writeWhole } from './whole-file';

const formats = {
  text: statementText,
  csv: statementCsv,
  json: (statement) => `${JSON.stringify(statement)}\n`,
  html: statementHtml,
} as const satisfies Record<string, (statement: Statement) => string>;

type Flags = Reading & { from?: string; to?: string; id?: string; close?: string; zone: Days } & {
  format: keyof typeof formats;
  output?: string;
};

/** `tollgate statement`. */
export const addStatement = (program: Command): void => {
  const command = program
    .command('statement')
    .summary('what moved an account in a period: opening, entries, subtotals, closing')
    .description(
      'Prints of each direction the opening balance, every entry with the balance after it, the closing balance, and subtotals by destination prefix (attributes.prefix) and by day. A period is one of recording, so that it never changes once it is over; an entry that happened before it and came late is marked. Without --from it begins where the last closed statement of the account ended. What is not closed says that it is a draft. --close appends the closing to the log, so that it never changes: what is recorded later is in the next one. --id prints a closed one again, to the letter with the --zone and --format that it was printed with: what is closed is the same in every zone, on which day it was is not. Reads an export; or the log, also while Tollgate runs, or a backup with --data; or a Tollgate that answers.',
    )
    .argument('<account>', 'the account');
  withEvents(command)
    .option('--from <time>', 'what was recorded before it is the opening, RFC 3339', timeText)
    .option('--to <time>', 'leave out what was recorded then or later, RFC 3339', timeText)
    .addOption(
      new Option('--id <statement>', 'print a closed statement; the closing does not keep the --zone').conflicts([
        'from',
        'to',
      ]),
    )
    .addOption(
      new Option(
        '--close <statement>',
        'close it, with what was recorded before --to and is in none yet, and print it; by a Tollgate that runs (--url, or TOLLGATE_URL)',
      ).conflicts(['id', 'from', 'data']),
    )
    .addOption(
      new Option('--zone <name>', 'days are those of this time zone, an IANA name')
        .argParser(daysIn)
        .default(utcDays, 'UTC'),
    )
    .addOption(new Option('--format <format>', 'how to print it').choices(Object.keys(formats)).default('text'))
    .option('--output <file>', 'write it to a file')
    .option(
      settingSources.numberKeys.flag ?? '',
      `folder of the keys that open sealed numbers; with --url, the Tollgate that answers has them (${settingSources.numberKeys.variable})`,
    )
    .action(async (accountId: string, path: string | undefined, flags: Flags) => {
      const text = formats[flags.format](await statementFor(accountId, path, flags));
      if (flags.output === undefined) process.stdout.write(text);
      else await writeWhole(flags.output, (file) => writeFile(file, text));
    });
};

const statementFor = async (accountId: string, path: string | undefined, flags: Flags): Promise<Statement> => {
  const { from, to, id, close, zone: days } = flags;
  if (close === undefined) return readStatement(path, flags, { accountId, days, from, to, statementId: id });
  if (to === undefined) throw new SettingsError('--close: say up to when with --to');
  if (path !== undefined) throw new SettingsError('--close: only a Tollgate that runs can close a statement');
  const url = flags.url ?? urlOf(process.env);
  await createClient(url).closeStatement(accountId, { statementId: close, to });
  return readStatement(undefined, { url }, { accountId, days, statementId: close });
};

type Reading = EventFlags & { numberKeys?: string };

const readStatement = (path: string | undefined, flags: Reading, wanted: Wanted): Promise<Statement> =>
  readEvents(path, flags, {
    ofLines: (lines) => {
      const { numberKeys } = readSettings({ numberKeys: flags.numberKeys }, process.env);
      return collectStatement(wanted, withNumbers(eventsIn(lines, wanted.accountId), keyFolder(numberKeys)));
    },
    ofServed: (client) => collectStatement(wanted, eventsServed(client, wanted.accountId)),
  });
