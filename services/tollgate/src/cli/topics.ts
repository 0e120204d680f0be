import { Option } from 'commander';
import type { Command } from 'commander';
import { topicsOf } from '@tollgate/contracts';
import type { Topics } from '@tollgate/contracts';
import { createKafka, deleteTopic, ensureTopics, withTopic } from '@tollgate/kafka';
import { createLog } from '@tollgate/service-runtime';
import { partitions } from '../first-contact';
import type { SharedLog } from '../foundation';
import { openGroupPlace } from '../group-place';
import { kafkaSettingsOf } from '../kafka-connection';
import { openFoundation } from '../open-foundation';
import { outputsOf } from '../outputs';
import type { OutputName } from '../outputs';
import { publisherGroupOf } from '../publishers';
import { openRelayPosition } from '../relay-position';
import type { RelayPlace } from '../relay-position';
import type { RepublishParts } from '../republish';
import { republishAll } from '../republish-all';
import { SettingsError, readSettings, settingSources } from '../settings';
import { asPublisher } from './as-publisher';
import { openLogSource } from './log-source';
import type { LogSource } from './log-source';
import { requireLog } from './open-log-reader';
import { printable, say } from './terminal-text';
import { checkTopics } from './topics-check';
import type { TopicsCheck } from './topics-check';

type Flags = { data?: string; kafkaBrokers?: string; kafkaTopicPrefix?: string };

const differs = 1;
const unreadable = 2;

/** `tollgate topics`: the topics that Tollgate writes, against its log. */
export const addTopics = (program: Command): void => {
  const topics = program
    .command('topics')
    .summary('compare the topics Tollgate writes with the log, fill or empty them')
    .description(
      'Tollgate notices by itself when a topic that it writes has lost messages, and publishes them again. These commands do by hand what it does, and what it does not do unasked.',
    );
  addCheck(topics);
  addRepublish(topics);
  addReset(topics);
};

const addCheck = (topics: Command): void => {
  withFlags(topics.command('check'), ['data', 'kafkaBrokers', 'kafkaTopicPrefix'])
    .summary('compare both topics with the log')
    .description(
      'Reads the topics of commands and of rejected messages from their start, and the log, also while Tollgate runs: says which keys lack their last command, and what a topic holds that the log does not. Changes nothing.',
    )
    .addHelpText(
      'after',
      '\nEnds with 0 if the commands are as they should be, with 1 if they differ, with 2 if the log or a topic cannot be read. Rejected messages expire: their absence is told, and is no difference.',
    )
    .action(async (flags: Flags) => {
      const { settings, ...parts } = connectTo(flags);
      try {
        if (!(await checkBy(await openLogSource(settings), parts))) process.exitCode = differs;
      } catch (error) {
        process.stderr.write(`tollgate: ${printable(error instanceof Error ? error.message : String(error))}\n`);
        process.exitCode = unreadable;
      }
    });
};

/** A log that stays open would keep the command from ending. */
const checkBy = async (log: LogSource, parts: Omit<TopicsCheck, 'log'>): Promise<boolean> => {
  try {
    return await checkTopics({ ...parts, log });
  } finally {
    await log.close();
  }
};

const addRepublish = (topics: Command): void => {
  withFlags(topics.command('republish'), ['data', 'kafkaBrokers', 'kafkaTopicPrefix'])
    .summary('publish what stands in the log again')
    .description(
      'Publishes again, byte for byte, what was published before: the last command of each key (traffic-control), or every rejected message (rejected). Every Tollgate of the ledger must be stopped, so that nothing older comes after something newer.',
    )
    .addHelpText(
      'after',
      '\nEnds with 0 once all is published; with 2 if the data folder has no log; with 1 otherwise.',
    )
    .argument('<topic>', 'traffic-control or rejected', outputNameOf)
    .action(async (name: OutputName, flags: Flags) => {
      const { kafka, topics, outputs, settings } = connectTo(flags);
      if (settings.eventstoreUrl === undefined) requireLedger(settings.data);
      const output = outputs[name];
      const logger = createLog('error');
      const { log, shared, relays, close } = await openFoundation(settings, {
        clock: () => new Date(),
        logger,
        isImpatient: true,
      });
      try {
        const own = await openRelayPosition(relays, name);
        const parts = { client: kafka, output, log, logger };
        const messages =
          shared === undefined
            ? await republishAll({ ...parts, place: own, mayPublish: () => true })
            : await republishElected({ ...parts, topics, own, shared });
        own.close();
        say(`${String(messages)} message${messages === 1 ? '' : 's'} published on ${output.topic}.`);
      } finally {
        await close();
      }
    });
};

type Elected = Omit<RepublishParts, 'mayPublish' | 'signal'> & { topics: Topics; own: RelayPlace; shared: SharedLog };

const republishElected = async ({ topics, own, shared, ...parts }: Elected): Promise<number> => {
  const { client, output, logger } = parts;
  const { topic } = output;
  const groupId = publisherGroupOf(topics, shared);
  return asPublisher(client, { groupId, topics: [topic] }, async (term) => {
    const place = await openGroupPlace({ term, topic, own, shared, logger });
    const messages = await republishAll({ ...parts, place, mayPublish: term.isSure });
    await place.settled();
    return messages;
  });
};

/** Opening a folder without a ledger would begin one there. */
const requireLedger = (data: string): void => {
  try {
    requireLog(data, 'say where it is with --data');
  } catch (cause) {
    throw new SettingsError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

const addReset = (topics: Command): void => {
  withFlags(topics.command('reset'), ['kafkaBrokers', 'kafkaTopicPrefix'])
    .summary('empty the topic of commands, where it is ahead of the log')
    .description(
      'For a log that was restored from an older copy: deletes the topic of commands, with those that the log no longer has, and creates it anew. Tollgate, running or at its next start, then publishes the last command of each key of its log. Commands decided after the copy come under the same sequences with other content: let the switches forget the sequences they have seen.',
    )
    .addOption(new Option('--yes', 'do it: what the topic holds is gone'))
    .action(async ({ yes = false, ...flags }: Flags & { yes?: boolean }) => {
      const { kafka, outputs } = connectTo(flags);
      const { topic: name, compacted } = outputs['traffic-control'];
      if (!yes) throw new SettingsError(`--yes: needed, ${name} is deleted with all it holds and created anew`);
      // A prefix that is mistyped would make a topic that nobody reads.
      await withTopic(kafka, name, () => Promise.resolve());
      await deleteTopic(kafka, name);
      const { refused } = await ensureTopics(kafka, [{ name, partitions, compacted }]);
      for (const { topic, reason } of refused) throw new Error(`${topic} was deleted and cannot be created: ${reason}`);
      say(
        `${name} is empty. Tollgate publishes the last command of each key on it; let the switches forget the sequences they have seen.`,
      );
    });
};

const withFlags = (command: Command, names: ('data' | 'kafkaBrokers' | 'kafkaTopicPrefix')[]): Command => {
  for (const name of names) {
    const { flag = '', variable, about } = settingSources[name];
    command.option(flag, `${about} (${variable})`);
  }
  return command;
};

const outputNameOf = (text: string): OutputName => {
  if (text !== 'traffic-control' && text !== 'rejected')
    throw new SettingsError(`${text}: there is no such topic; say traffic-control or rejected`);
  return text;
};

const connectTo = (flags: Flags) => {
  const settings = readSettings(flags, process.env);
  if (settings.kafkaBrokers === undefined)
    throw new SettingsError('KAFKA_BROKERS (--kafka-brokers): needed, host:port of a broker');
  const topics = topicsOf(settings.kafkaTopicPrefix);
  return {
    kafka: createKafka(kafkaSettingsOf(settings), createLog('error')),
    topics,
    outputs: outputsOf(topics),
    settings,
  };
};
