import type { Command } from 'commander';
import { accountOf, createUnrated, outlookOf } from '@tollgate/cdr-rater';
import type { Kept, UnratedOutlook } from '@tollgate/cdr-rater';
import { readTopic } from '@tollgate/kafka';
import type { OutgoingMessage } from '@tollgate/kafka';
import { loadPartners } from '../../rater-file';
import { printable, say } from '../terminal-text';
import { publishAll } from './publish-all';
import { connectTo, kafkaFlags, raterFlags, withFlags } from './rate-flags';
import type { RateFlags } from './rate-flags';

type Flags = RateFlags & { reason?: string[]; account?: string[]; dryRun?: boolean };

/** `tollgate rate redrive`: sends unrated calls through again once they have a price. */
export const addRedrive = (rate: Command): void => {
  withFlags(rate.command('redrive'), [...raterFlags, ...kafkaFlags])
    .summary('send unrated calls through again')
    .description(
      'Reads the unrated topic, rates each leg by the decks as they are now, and sends those that have a price to the topic of CDRs, for that leg alone. What was sent again is marked on the topic, and not sent twice.',
    )
    .option('--reason <reason...>', 'only legs that had no price for one of these reasons')
    .option('--account <id...>', 'only legs of these accounts')
    .option('--dry-run', 'say what would happen and send nothing')
    .addHelpText(
      'after',
      `
Start serve with the new decks first: it is what rates them.

Example: tollgate rate redrive --rater rater.json --decks decks --reason NO_PRICE --dry-run`,
    )
    .action(redrive);
};

const redrive = async ({ reason, account, dryRun = false, ...flags }: Flags): Promise<void> => {
  const { kafka, topics, settings } = connectTo(flags);
  const partners = loadPartners(settings);
  const unrated = createUnrated();
  await readTopic(kafka, topics.unrated, (messages) => {
    for (const message of messages) unrated.add(message);
  });
  const all = unrated.all();
  const chosen = all.filter(
    ({ message }) => isSelected(reason, message.reason) && isSelected(account, accountOf(message)),
  );
  const judged = chosen.map((kept) => [kept, outlookOf(partners, kept.message)] as const);
  for (const one of judged) say(lineOf(one));
  const sendable = judged.flatMap(([kept, outlook]) => (outlook.ok ? messagesOf(kept, outlook, topics) : []));
  if (!dryRun && sendable.length > 0) {
    // First the calls, then the marks: a call that is sent twice is charged once, one that is only marked never.
    await publishAll(
      kafka,
      sendable.map(({ call }) => call),
    );
    await publishAll(
      kafka,
      sendable.map(({ mark }) => mark),
    );
  }
  const end = dryRun
    ? '; nothing was sent (--dry-run)'
    : sendable.length === 0
      ? '; nothing was sent'
      : ' and were sent';
  say(
    `${String(all.length)} unrated, ${String(chosen.length)} chosen, ${String(sendable.length)} have a price now${end}.`,
  );
};

const isSelected = (wanted: readonly string[] | undefined, value: string | undefined): boolean =>
  wanted === undefined || (value !== undefined && wanted.includes(value));

type Sending = { call: OutgoingMessage; mark: OutgoingMessage };

const messagesOf = (
  { key }: Kept,
  { cdr }: UnratedOutlook & { ok: true },
  topics: { cdr: string; unrated: string },
): Sending[] => [
  {
    call: { topic: topics.cdr, key: cdr.originator, value: JSON.stringify(cdr) },
    mark: { topic: topics.unrated, key, value: '' },
  },
];

const lineOf = ([{ key, message }, outlook]: readonly [Kept, UnratedOutlook]): string =>
  outlook.ok
    ? `${printable(key)}  ${message.reason} → has a price`
    : `${printable(key)}  ${message.reason} → ${outlook.reason} again: ${printable(outlook.detail)}`;
