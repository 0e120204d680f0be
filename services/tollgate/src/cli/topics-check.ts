import { existsSync } from 'node:fs';
import type { Topics } from '@tollgate/contracts';
import type { Position } from '@tollgate/event-store';
import { openFolderReadOnly } from '@tollgate/folder';
import { rejectedMessageKey } from '@tollgate/intake';
import { readGroupNotes, withTopic } from '@tollgate/kafka';
import type { KafkaClient, TopicReader } from '@tollgate/kafka';
import { compareCommands, shown } from '../command-comparison';
import { createIdentities } from '../identities';
import { placeNotedIn } from '../group-place';
import { publisherGroupOf } from '../publishers';
import type { Output, OutputName } from '../outputs';
import { openRelayPosition } from '../relay-position';
import type { LogSource } from './log-source';
import { printable, say } from './terminal-text';

export type TopicsCheck = { kafka: KafkaClient; topics: Topics; outputs: Record<OutputName, Output>; log: LogSource };

/** Says how both topics compare with the log; whether the commands are as they should be. */
export const checkTopics = async ({ kafka, topics, outputs, log }: TopicsCheck): Promise<boolean> => {
  const commands = outputs['traffic-control'];
  // What is published by now is in a log that is read later.
  const group = log.shared && publisherGroupOf(topics, log.shared);
  const noted = group === undefined ? [] : await readGroupNotes(kafka, group, commands.topic);
  const through = (log.shared && placeNotedIn(noted, log.shared)?.position) ?? (await publishedIn(log));
  if (through === undefined)
    say(
      `How far commands were published is not noted ${group === undefined ? `in ${log.relays}` : `with group ${group}`}: every command of the log is expected. Tollgate publishes what is not there when it starts.`,
    );
  const isWhole = await withTopic(kafka, commands.topic, (topic) => checkCommands(topic, { commands, log, through }));
  await withTopic(kafka, outputs.rejected.topic, (topic) => checkRejected(topic, outputs.rejected, log));
  return isWhole;
};

/** How far the relay of commands says it is, if it is known. */
const publishedIn = async ({ relays }: LogSource): Promise<Position | undefined> => {
  const name: OutputName = 'traffic-control';
  if (!existsSync(relays)) return undefined;
  const folder = openFolderReadOnly(relays);
  if (!folder.names().includes(name)) return undefined;
  const place = await openRelayPosition(folder, name, { isReadOnly: true });
  place.close();
  return place.position();
};

const checkCommands = async (
  reader: TopicReader,
  { commands, log, through }: { commands: Output; log: LogSource; through: Position | undefined },
): Promise<boolean> => {
  const found = await compareCommands(reader, () => log.recorded(commands.prefix), through);
  const { messages, expected, missing, unknown } = found;
  for (const [key, { sequence }] of [...missing].slice(0, shown))
    say(`  ${key}: its last command, sequence ${String(sequence)}, does not stand last`);
  for (const { key, partition, offset } of unknown.first)
    say(`  partition ${String(partition)}, offset ${offset}: ${printable(String(key))} is not in the log`);
  const left = Math.max(0, missing.size - shown) + Math.max(0, unknown.count - shown);
  if (left > 0) say(`  and ${String(left)} more`);
  const isWhole = missing.size === 0 && unknown.count === 0;
  const verdict = isWhole
    ? 'all as it should be'
    : `${String(missing.size)} keys whose last command is missing, ${String(unknown.count)} that the log does not have`;
  say(`${commands.topic}: ${String(messages)} messages for ${String(expected.size)} keys: ${verdict}.`);
  if (missing.size > 0)
    say(
      '  What is missing comes again when Tollgate runs, or by hand with Tollgate stopped: tollgate topics republish traffic-control',
    );
  if (unknown.count > 0)
    say(
      '  What the log does not have was decided after it was copied, or by another ledger: put the newer log back or choose another --kafka-topic-prefix; or, if this log is what counts, tollgate topics reset --yes',
    );
  return isWhole;
};

const checkRejected = async (reader: TopicReader, { topic, prefix }: Output, log: LogSource): Promise<void> => {
  const held = createIdentities();
  for (const { partition, low, high } of reader.spans)
    for await (const messages of reader.read({ partition, from: low, to: high }))
      for (const { key } of messages) held.add(String(key), '');
  let absent = 0;
  for await (const events of log.recorded(prefix))
    for (const event of events)
      if (event.type === 'MessageRejected' && !held.strike(rejectedMessageKey(event.data), '')) absent += 1;
  say(
    `${topic}: ${String(held.size())} rejected messages; ${String(absent)} of the log are not there (expired, or lost), ${String(held.left())} are not in the log.`,
  );
  if (absent > 0) say('  They are published again, with Tollgate stopped, by: tollgate topics republish rejected');
};
