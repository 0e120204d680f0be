import { createReadStream } from 'node:fs';
import { Option } from 'commander';
import type { Command } from 'commander';
import { logLine } from '@tollgate/contracts';
import { NoEvent, eventIn, linesOf } from '@tollgate/verify';
import { readSettings, settingSources } from '../settings';
import { openLogSource } from './log-source';
import type { LogSource } from './log-source';
import { requireLog } from './open-log-reader';
import { printable, say } from './terminal-text';
import { createClient } from './tollgate-client';
import type { TollgateClient } from './tollgate-client';

/** A line of an export, as the verifier reads it, or an event as a Tollgate answers it; `numbers`: why it has no caller and callee. */
export type AuditedEvent = ReturnType<typeof eventIn> & { numbers?: 'shredded' | 'sealed' | undefined };

export type EventFlags = { data?: string; url?: string };
export type AuditFlags = EventFlags & { json?: boolean };

/** The event on a line; what is none is said with its number. */
export const eventAt = (number: number, line: string): AuditedEvent => {
  try {
    return eventIn(line);
  } catch (error) {
    if (!(error instanceof NoEvent)) throw error;
    throw new NoEvent(`line ${String(number)}: ${error.message}`, { cause: error });
  }
};

/** What is made of each thing that has events. */
type Reading<Result> = {
  ofLines(lines: AsyncIterable<string>): Promise<Result>;
  ofServed(client: TollgateClient): Promise<Result>;
};

const differs = 1;
const unreadable = 2;

/** What reads the ledger takes: an export, or a folder, or a Tollgate that runs. */
export const withEvents = (command: Command): Command => {
  const { flag = '', variable, about } = settingSources.data;
  return command
    .argument('[export]', 'a file that tollgate export printed; without it the log')
    .option(flag, `${about} (${variable})`)
    .addOption(new Option('--url <url>', 'a Tollgate that runs, by what it answers').conflicts('data'));
};

/** What every audit takes. */
export const withAudited = (audit: Command): Command =>
  withEvents(audit)
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      '\nEnds with 0 if there is no difference, with 1 if there is, with 2 if it could not be checked.',
    );

/** Runs an audit on what the flags name, prints what came of it, and sets the exit code. */
export const runAudit = async <Result extends { differences: readonly unknown[] }>(
  path: string | undefined,
  flags: AuditFlags,
  { tell, ...audit }: Reading<Result> & { tell(result: Result): void },
): Promise<void> => {
  try {
    const result = await readEvents(path, flags, audit);
    if (flags.json === true) say(JSON.stringify(result));
    else tell(result);
    process.exitCode = result.differences.length === 0 ? 0 : differs;
  } catch (error) {
    process.stderr.write(`tollgate: ${printable(error instanceof Error ? error.message : String(error))}\n`);
    process.exitCode = unreadable;
  }
};

/** What is made of the ledger that the flags name. */
export const readEvents = async <Result>(
  path: string | undefined,
  { data, url }: EventFlags,
  { ofLines, ofServed }: Reading<Result>,
): Promise<Result> => {
  if (path !== undefined) return ofLines(exportedEvents(path));
  if (url !== undefined) return ofServed(createClient(url));
  const settings = readSettings(data === undefined ? {} : { data }, process.env);
  if (settings.eventstoreUrl === undefined) requireLog(settings.data, 'say where it is with --data');
  const source = await openLogSource(settings);
  try {
    return await ofLines(loggedEvents(source));
  } finally {
    await source.close();
  }
};

/** Lines of an export, from a file. Node's own reader of lines takes other characters for their ends too. */
const exportedEvents = async function* (path: string): AsyncGenerator<string> {
  for await (const line of linesOf(createReadStream(path))) yield line.toString();
};

/** Lines as an export of the log would have them. */
const loggedEvents = async function* (source: LogSource): AsyncGenerator<string> {
  for await (const events of source.recorded('')) for (const event of events) yield logLine(event);
};

const shownDifferences = 20;

/** The first of them, a line each. */
export const tellDifferences = (differences: readonly string[]): void => {
  for (const what of differences.slice(0, shownDifferences)) say(`  ${printable(what)}`);
  if (differences.length > shownDifferences) say(`  and ${String(differences.length - shownDifferences)} more`);
};

/** `3 differences`. */
export const countOf = (differences: readonly unknown[]): string =>
  `${String(differences.length)} difference${differences.length === 1 ? '' : 's'}`;
