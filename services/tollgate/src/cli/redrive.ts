import { Option } from 'commander';
import type { Command } from 'commander';
import { parseBody, parseJson, problems, rejection, topicsOf } from '@tollgate/contracts';
import type { RejectedMessage } from '@tollgate/contracts';
import { createKafka, createPublisher, readTopic } from '@tollgate/kafka';
import type { KafkaClient, OutgoingMessage } from '@tollgate/kafka';
import { createLog } from '@tollgate/service-runtime';
import { kafkaSettingsOf } from '../kafka-side';
import { accountIdIn, forecast, isSelected, payloadBytes } from '../redrive';
import type { Forecast, RedriveSelection } from '../redrive';
import { SettingsError, readSettings, settingSources } from '../settings';
import { currencyOfAccounts } from './account-currency';
import { startProgress } from './progress-bar';
import { printable, say } from './terminal-text';
import { urlOption } from './tollgate-client';

type Flags = {
  code?: string[];
  account?: string[];
  since?: Date;
  until?: Date;
  dryRun?: boolean;
  url: string;
  kafkaBrokers?: string;
  kafkaTopicPrefix?: string;
};

/** `tollgate redrive`: sends rejected messages through again once their cause is mended. */
export const addRedrive = (program: Command): void => {
  const { kafkaBrokers, kafkaTopicPrefix } = settingSources;
  program
    .command('redrive')
    .summary('send rejected messages through again')
    .description(
      'Reads the rejected topic, says for each chosen message what would become of it now, and sends those that would be applied to the topic they came from. Ids are permanent: a message that was applied before changes nothing.',
    )
    .addOption(
      new Option('--code <code...>', 'only messages refused for one of these codes').choices(Object.keys(problems)),
    )
    .option('--account <id...>', 'only messages of these accounts')
    .option('--since <time>', 'only messages received at this time or later (RFC 3339)', instantOf)
    .option('--until <time>', 'only messages received before this time (RFC 3339)', instantOf)
    .option('--dry-run', 'say what would happen and send nothing')
    .addOption(urlOption())
    .option(kafkaBrokers.flag ?? '', `${kafkaBrokers.about} (${kafkaBrokers.variable})`)
    .option(kafkaTopicPrefix.flag ?? '', `${kafkaTopicPrefix.about} (${kafkaTopicPrefix.variable})`)
    .addHelpText('after', '\nExample: tollgate redrive --code ACCOUNT_NOT_FOUND --account acme --dry-run')
    .action(redrive);
};

const redrive = async ({ code, account, since, until, dryRun = false, url, ...kafkaFlags }: Flags): Promise<void> => {
  const settings = readSettings(kafkaFlags, process.env);
  if (settings.kafkaBrokers === undefined)
    throw new SettingsError('KAFKA_BROKERS (--kafka-brokers): needed, the rejected topic is read from there');
  const topics = topicsOf(settings.kafkaTopicPrefix);
  const client = createKafka(kafkaSettingsOf(settings), createLog('error'));
  const selection: RedriveSelection = { codes: code, accounts: account, since, until };

  const chosen: RejectedMessage[] = [];
  let seen = 0;
  await readTopic(client, topics.rejected, (messages) => {
    for (const { value } of messages) {
      seen += 1;
      const message = decode(value);
      if (message !== undefined && isSelected(message, selection)) chosen.push(message);
    }
  });

  const currencyOf = currencyOfAccounts(url);
  const sendable: OutgoingMessage[] = [];
  for (const message of chosen) {
    const outlook = await forecast(message, topics, currencyOf);
    say(lineOf(message, outlook));
    const value = payloadBytes(message);
    if (outlook.willApply && value !== undefined)
      sendable.push({ topic: message.source.topic, key: accountIdIn(message) ?? '', value });
  }
  const summary = `${String(seen)} rejected, ${String(chosen.length)} chosen, ${String(sendable.length)} would be applied`;
  if (dryRun) {
    say(`${summary}; nothing was sent (--dry-run).`);
    return;
  }
  if (sendable.length > 0) await sendAll(client, sendable);
  say(`${summary} and were sent again.`);
};

/** Acknowledged together: what the deadline of one publish is for. */
const groupMessages = 1_000;

const sendAll = async (client: KafkaClient, messages: readonly OutgoingMessage[]): Promise<void> => {
  const publisher = createPublisher(client);
  const progress = startProgress({ unit: 'messages sent', total: messages.length });
  let sent = 0;
  try {
    while (sent < messages.length) {
      const group = messages.slice(sent, sent + groupMessages);
      await publisher.publish(group);
      sent += group.length;
      progress.update(sent);
    }
    progress.finish(sent);
  } catch (error) {
    throw new Error(
      `at least ${String(sent)} of ${String(messages.length)} messages were sent, then: ${error instanceof Error ? error.message : String(error)}. Give the same command again: what was applied already changes nothing`,
      { cause: error },
    );
  } finally {
    await publisher.close();
  }
};

const decode = (value: Buffer | null): RejectedMessage | undefined => {
  const json = value === null ? undefined : parseJson(value);
  const parsed = json?.ok === true ? parseBody(rejection, json.value) : undefined;
  return parsed?.ok === true ? parsed.value : undefined;
};

const lineOf = ({ source, code }: RejectedMessage, outlook: Forecast): string => {
  const place = `${source.topic}/${String(source.partition)}/${source.offset}`;
  return outlook.willApply
    ? `${place}  ${code} → will be applied`
    : `${place}  ${code} → ${outlook.code} again: ${printable(outlook.detail)}`;
};

const instantOf = (text: string): Date => {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw new SettingsError(`${text}: must be an RFC 3339 time such as 2026-01-31T12:00:00Z`);
  return time;
};
