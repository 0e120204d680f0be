import type { Command } from 'commander';
import { raterTopicsOf } from '@tollgate/contracts';
import { createKafka } from '@tollgate/kafka';
import { createLog } from '@tollgate/service-runtime';
import { kafkaSettingsOf } from '../../kafka-connection';
import { SettingsError, readSettings, settingSources } from '../../settings';

export type RateFlags = { rater?: string; decks?: string; kafkaBrokers?: string; kafkaTopicPrefix?: string };
type FlagName = keyof RateFlags;

/** The command with those settings of `serve`. */
export const withFlags = (command: Command, names: readonly FlagName[]): Command => {
  for (const name of names) {
    const { flag = '', variable, about } = settingSources[name];
    command.option(flag, `${about} (${variable})`);
  }
  return command;
};

export const kafkaFlags = ['kafkaBrokers', 'kafkaTopicPrefix'] as const;
export const raterFlags = ['rater', 'decks'] as const;

export const settingsOf = ({ rater, decks, kafkaBrokers, kafkaTopicPrefix }: RateFlags) =>
  readSettings(
    {
      ...(rater !== undefined && { rater }),
      ...(decks !== undefined && { decks }),
      ...(kafkaBrokers !== undefined && { kafkaBrokers }),
      ...(kafkaTopicPrefix !== undefined && { kafkaTopicPrefix }),
    },
    process.env,
  );

/** The topics of CDRs, and how to reach them. */
export const connectTo = (flags: RateFlags) => {
  const settings = settingsOf(flags);
  if (settings.kafkaBrokers === undefined)
    throw new SettingsError(
      'KAFKA_BROKERS (--kafka-brokers): needed, host:port of a broker: calls are rated from there',
    );
  return {
    kafka: createKafka(kafkaSettingsOf(settings), createLog('error')),
    topics: raterTopicsOf(settings.kafkaTopicPrefix),
    settings,
  };
};
