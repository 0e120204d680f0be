import type { Command } from 'commander';
import { effectOf, rerate } from '@tollgate/cdr-rater';
import type { Correction, Effect, RerateResult } from '@tollgate/cdr-rater';
import { instant, parseBody } from '@tollgate/contracts';
import { loadPartners } from '../../rater-file';
import { SettingsError } from '../../settings';
import type { HistoryReading } from '../answers';
import { groupsOf } from '../groups';
import { createOutage } from '../outage';
import { sendBatch } from '../send-batches';
import { printable, say } from '../terminal-text';
import { createClient, urlOption } from '../tollgate-client';
import type { TollgateClient } from '../tollgate-client';
import { raterFlags, settingsOf, withFlags } from './rate-flags';
import type { RateFlags } from './rate-flags';

type Flags = RateFlags & {
  account: string;
  destination: string;
  since: Date;
  until: Date;
  reason: string;
  actor: string;
  yes?: boolean;
  url: string;
};

/** `tollgate rate rerate`: charges calls again by decks that were mended. */
export const addRerate = (rate: Command): void => {
  withFlags(rate.command('rerate'), raterFlags)
    .summary('charge calls again by the decks as they are now')
    .description(
      'Rates the usage of an account again and, where the amount differs, reverses it and charges it as <id>/r2. Without --yes it only says what would change: amounts, balances and blocked traffic.',
    )
    .requiredOption('--account <id>', 'whose usage')
    .option('--destination <digits>', 'only calls to numbers that begin so', digitsOf, '')
    .requiredOption('--since <time>', 'only calls answered at this time or later (RFC 3339, UTC)', timeOf)
    .requiredOption('--until <time>', 'only calls answered before this time (RFC 3339, UTC)', timeOf)
    .option('--reason <text>', 'why, kept with each reversal', 'rated again')
    .option('--actor <name>', 'who, kept with each reversal', 'tollgate rate rerate')
    .option('--yes', 'do it')
    .addOption(urlOption())
    .addHelpText(
      'after',
      `
Ends with 1 if a call cannot be rated any more, or a correction was refused. One that was cut short is finished by the same command.

Example: tollgate rate rerate --account acme --destination 44 --since 2026-01-01T00:00:00Z --until 2026-02-01T00:00:00Z`,
    )
    .action(run);
};

const run = async ({ account: accountId, destination, since, until, url, ...flags }: Flags): Promise<void> => {
  if (since >= until) throw new SettingsError('--until: must be later than --since');
  const partners = loadPartners(settingsOf(flags));
  const client = createClient(url);
  const account = await client.account(accountId);
  const history: HistoryReading[] = [];
  for await (const event of client.history(accountId)) history.push(event);
  const { reason, actor } = flags;
  const result = rerate(partners, history, { destination, from: since, until, reason, actor });
  for (const line of [...result.corrections.map(lineOf), ...faultLines(result)]) say(printable(line));
  for (const line of effectLines(effectOf(account, result.corrections))) say(line);
  const { chosen, corrections, faults } = result;
  const counted = `${String(chosen)} calls chosen, ${String(corrections.length)} cost something else now, ${String(faults.length)} cannot be rated`;
  if (faults.length > 0) process.exitCode = 1;
  if (flags.yes !== true) {
    say(`${counted}; nothing was changed (--yes does it).`);
    return;
  }
  const refused = await record(client, corrections);
  if (refused > 0) process.exitCode = 1;
  say(`${counted}; ${refused === 0 ? 'all' : `all but ${String(refused)} records`} corrected.`);
};

/** Corrections of one request. */
const groupCorrections = 1_000;

/**
 * What is taken back goes first: the other way round a balance could be exhausted for a moment, and calls be cut. What could not be taken
 * back is not charged again. Resolves with how many records were refused.
 */
const record = async (client: TollgateClient, corrections: readonly Correction[]): Promise<number> => {
  let refused = 0;
  for await (const group of groupsOf(corrections, { items: groupCorrections })) {
    const reversals = group.flatMap(({ reversal }) => (reversal === undefined ? [] : [reversal]));
    const kept = await refusedOf(client, 'reversal', reversals);
    const charged = group.filter(({ reversal }) => reversal === undefined || !kept.has(reversal));
    const uncharged = await refusedOf(
      client,
      'usage',
      charged.map(({ after }) => after),
    );
    refused += kept.size + uncharged.size;
  }
  return refused;
};

/** Sends records of one kind; those that the ledger refuses, which are said. */
const refusedOf = async <Body extends object>(
  client: TollgateClient,
  kind: 'reversal' | 'usage',
  bodies: readonly Body[],
): Promise<Set<Body>> => {
  const refused = new Set<Body>();
  if (bodies.length === 0) return refused;
  const outage = createOutage();
  const lines = bodies.map((body) => ({ batchLine: Buffer.from(JSON.stringify({ kind, ...body })) }));
  const answers = await sendBatch(lines, { client, onLost: outage.begin }).finally(outage.end);
  bodies.forEach((body, at) => {
    const answer = answers[at];
    if (answer === undefined || !('code' in answer)) return;
    refused.add(body);
    say(printable(`refused: ${answer.code}: ${answer.detail}`));
  });
  return refused;
};

const lineOf = ({ before, after }: Correction): string =>
  `${before.usageId}: ${before.amount} → ${after.amount} ${after.currency} as ${after.usageId}`;

const faultLines = ({ faults }: RerateResult): string[] =>
  faults.map(({ usageId, detail }) => `${usageId}: stays as it is: ${detail}`);

const effectLines = ({ before, after, blockedBefore, blockedAfter }: Effect): string[] => [
  ...(['inbound', 'outbound', 'mutual'] as const).map(
    (balance) => `${balance} balance: ${before[balance]} → ${after[balance]}`,
  ),
  `blocked: ${blockedBefore.join(', ') || 'nothing'} → ${blockedAfter.join(', ') || 'nothing'}`,
];

const timeOf = (text: string): Date => {
  const parsed = parseBody(instant, text);
  if (!parsed.ok) throw new SettingsError(`${text}: ${parsed.detail}`);
  return new Date(parsed.value);
};

const digitsOf = (text: string): string => {
  if (!/^\+?\d{1,20}$/.test(text)) throw new SettingsError(`--destination: ${text} is no beginning of a number`);
  return text.replace('+', '');
};
