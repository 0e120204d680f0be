import { Option } from 'commander';
import type { Command } from 'commander';
import { instant, parseBody, parseJson, rejection, topicsOf } from '@tollgate/contracts';
import type { ProblemCode, RejectedMessage, Topics } from '@tollgate/contracts';
import { createKafka, createPublisher, readTopic } from '@tollgate/kafka';
import type { KafkaClient, OutgoingMessage } from '@tollgate/kafka';
import { createLog } from '@tollgate/service-runtime';
import { kafkaSettingsOf } from '../kafka-connection';
import { accountIdIn, createForecast, inOrder, isSelected, payloadBytes } from '../redrive';
import type { Judged, Outlook, RedriveSelection } from '../redrive';
import { SettingsError, readSettings, settingSources } from '../settings';
import { groupsOf } from './groups';
import { createOutage } from './outage';
import { startProgress } from './progress-bar';
import { sendBatch } from './send-batches';
import { printable, say } from './terminal-text';
import { createClient, urlOption } from './tollgate-client';

type Flags = {
  code?: string[];
  account?: string[];
  since?: Date;
  until?: Date;
  dryRun?: boolean;
  brief?: boolean;
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
    .addOption(new Option('--code <code...>', 'only messages refused for one of these codes').choices(messageCodes))
    .option('--account <id...>', 'only messages of these accounts')
    .option('--since <time>', 'only messages received at this time or later (RFC 3339, UTC)', instantOf)
    .option('--until <time>', 'only messages received before this time (RFC 3339, UTC)', instantOf)
    .option('--dry-run', 'say what would happen and send nothing')
    .option('--brief', 'only how many, by reason and outcome, instead of a line for each message')
    .addOption(urlOption())
    .option(kafkaBrokers.flag ?? '', `host:port,… of the brokers (${kafkaBrokers.variable})`)
    .option(kafkaTopicPrefix.flag ?? '', `${kafkaTopicPrefix.about} (${kafkaTopicPrefix.variable})`)
    .addHelpText('after', notes)
    .action(redrive);
};

/** What a message of an input topic can be refused for. */
const messageCodes: ProblemCode[] = ['INVALID_REQUEST', 'ACCOUNT_NOT_FOUND', 'CURRENCY_MISMATCH', 'ID_CONFLICT'];

const notes = `
KAFKA_TLS and KAFKA_SASL_… are taken from the environment, as by serve. Messages are sent in the order in which they first came.

Example: tollgate redrive --code ACCOUNT_NOT_FOUND --account acme --dry-run`;

const redrive = async ({ dryRun = false, brief = false, url, ...flags }: Flags): Promise<void> => {
  const { kafka, topics } = connectTo(flags);
  const selection = selectionOf(flags);
  const tollgate = createClient(url);
  await tollgate.check();
  const { chosen, summary } = await choose(kafka, topics, selection);
  const outage = createOutage();
  const forecast = createForecast(topics, (lines) =>
    sendBatch(
      lines.map((batchLine) => ({ batchLine })),
      { client: { batch: tollgate.dryRun }, onLost: outage.begin },
    ).finally(outage.end),
  );
  const judged: Judged[] = [];
  for await (const group of groupsOf(chosen, { items: 1_000, bytes: forecastBytes, sizeOf: bytesOf }))
    judged.push(...(await forecast(group)));
  if (!brief) for (const one of judged) say(lineOf(one));
  for (const [change, count] of countsOf(judged)) say(`${count.toLocaleString('en').padStart(9)}  ${change}`);
  const sendable = judged.filter(([, { status }]) => status === 'applies').map(([message]) => sendingOf(message));
  if (!dryRun && sendable.length > 0) await sendAll(kafka, sendable);
  say(`${summary}, ${String(sendable.length)} would be applied${endOf(dryRun, sendable.length)}.`);
};

const connectTo = (flags: Pick<Flags, 'kafkaBrokers' | 'kafkaTopicPrefix'>) => {
  const settings = readSettings(flags, process.env);
  if (settings.kafkaBrokers === undefined)
    throw new SettingsError(
      'KAFKA_BROKERS (--kafka-brokers): needed, host:port of a broker: the rejected topic is read from there',
    );
  return {
    kafka: createKafka(kafkaSettingsOf(settings), createLog('error')),
    topics: topicsOf(settings.kafkaTopicPrefix),
  };
};

const selectionOf = ({ code, account, since, until }: Omit<Flags, 'url'>): RedriveSelection => {
  if (since !== undefined && until !== undefined && since >= until)
    throw new SettingsError('--until: must be later than --since');
  return { codes: code, accounts: account, since, until };
};

const endOf = (isDryRun: boolean, count: number): string => {
  if (isDryRun) return '; nothing was sent (--dry-run)';
  return count === 0 ? '; nothing was sent' : ' and were sent again';
};

/** Reads the whole rejected topic; what is no rejection of ours is counted and passed over. */
const choose = async (kafka: KafkaClient, topics: Topics, selection: RedriveSelection) => {
  const chosen: RejectedMessage[] = [];
  let seen = 0;
  let unreadable = 0;
  const progress = startProgress({ unit: 'rejected messages read' });
  await readTopic(kafka, topics.rejected, (messages) => {
    for (const { value } of messages) {
      const message = decode(value);
      seen += 1;
      if (message === undefined) unreadable += 1;
      else if (isSelected(message, selection)) chosen.push(message);
    }
    progress.update(seen);
  });
  progress.finish(seen);
  const others = unreadable === 0 ? '' : ` (${String(unreadable)} of them not written by Tollgate)`;
  return { chosen: inOrder(chosen), summary: `${String(seen)} rejected${others}, ${String(chosen.length)} chosen` };
};

const sendingOf = (message: RejectedMessage): OutgoingMessage => {
  const value = payloadBytes(message);
  if (value === undefined) throw new Error('a message that would be applied has no bytes');
  return { topic: message.source.topic, key: accountIdIn(message) ?? '', value };
};

/** Well below what a server takes in one request. */
const forecastBytes = 4 << 20;
const bytesOf = ({ payload, payloadBase64 }: RejectedMessage): number => (payload ?? payloadBase64 ?? '').length;

/** Acknowledged together: what the deadline of one publish is for. */
const groupMessages = 1_000;

const sendAll = async (client: KafkaClient, messages: readonly OutgoingMessage[]): Promise<void> => {
  const publisher = createPublisher(client);
  const progress = startProgress({ unit: 'messages sent', total: messages.length });
  let sent = 0;
  try {
    for await (const group of groupsOf(messages, { items: groupMessages })) {
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

const lineOf = ([{ source, code }, outlook]: Judged): string => {
  const place = `${printable(source.topic)}/${String(source.partition)}/${printable(source.offset)}`;
  const detail = outlook.status === 'refused' ? `: ${printable(outlook.detail)}` : '';
  return `${place}  ${code} → ${nameOf(outlook)}${detail}`;
};

const countsOf = (judged: readonly Judged[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const [{ code }, outlook] of judged) {
    const change = `${code} → ${nameOf(outlook)}`;
    counts.set(change, (counts.get(change) ?? 0) + 1);
  }
  return counts;
};

const nameOf = (outlook: Outlook): string => {
  switch (outlook.status) {
    case 'applies':
      return 'will be applied';
    case 'duplicate':
      return 'a duplicate, nothing would change';
    case 'refused':
      return `${outlook.code} again`;
  }
};

const instantOf = (text: string): Date => {
  const parsed = parseBody(instant, text);
  if (!parsed.ok) throw new SettingsError(`${text}: ${parsed.detail}`);
  return new Date(parsed.value);
};
