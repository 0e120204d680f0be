import { resolve } from 'node:path';
import type { Command } from 'commander';
import { topicsOf } from '@tollgate/contracts';
import { createKafka } from '@tollgate/kafka';
import { createLog } from '@tollgate/service-runtime';
import { kafkaCommands, startAgent } from '@tollgate/softswitch-agent';
import { readAgentFile } from '../agent-file';
import type { AgentFile } from '../agent-file';
import { kafkaSettingsOf } from '../kafka-connection';
import { SettingsError, readSettings, settingSources } from '../settings';
import { urlOption } from './tollgate-client';

type Flags = {
  url: string;
  state: string;
  logLevel?: string;
  kafkaBrokers?: string;
  kafkaTopicPrefix?: string;
};

/** `tollgate agent`: stands between softswitches and the ledger, until SIGTERM or SIGINT. */
export const addAgent = (program: Command): void => {
  const { kafkaBrokers, kafkaTopicPrefix, logLevel } = settingSources;
  program
    .command('agent')
    .summary('let softswitches ask before they route, and obey')
    .description(
      'Keeps the tables of softswitches equal to the commands, ends calls as these say, answers what switches ask before they route a call, gives calls more time while they are paid for, and hands on their CDRs. FILE names the switches, and how the calls of accounts are priced.',
    )
    .argument('<file>', 'JSON: {"switches": […], "accounts": {…}}, see infra/kamailio/README.md')
    .addOption(urlOption())
    .option('--state <folder>', 'where it keeps how far CDRs were handed on', 'agent-state')
    .option(kafkaBrokers.flag ?? '', `host:port,… of the brokers (${kafkaBrokers.variable})`)
    .option(kafkaTopicPrefix.flag ?? '', `${kafkaTopicPrefix.about} (${kafkaTopicPrefix.variable})`)
    .option(logLevel.flag ?? '', `${logLevel.about} (${logLevel.variable})`)
    .addHelpText('after', '\nKAFKA_TLS and KAFKA_SASL_… are taken from the environment, as by serve.')
    .action(agent);
};

const agent = async (path: string, { url, state, ...flags }: Flags): Promise<void> => {
  const file = readAgentFile(path);
  const settings = readSettings(flags, process.env);
  if (settings.kafkaBrokers === undefined) throw new SettingsError('KAFKA_BROKERS (--kafka-brokers): needed');
  const logger = createLog(settings.logLevel);
  const client = createKafka(kafkaSettingsOf(settings), logger);
  const topics = topicsOf(settings.kafkaTopicPrefix);
  const running = startAgent({
    switches: file.switches.map(({ switchId, kamailio: { rpc, evapi, cdrs } }) => ({
      switchId,
      rpcUrl: rpc,
      host: evapi.slice(0, evapi.lastIndexOf(':')),
      port: Number(evapi.slice(evapi.lastIndexOf(':') + 1)),
      cdrs,
    })),
    tariffs: tariffsIn(file),
    ledgerUrl: url,
    source: kafkaCommands(client, topics.trafficControl, logger),
    kafka: { client, cdrTopic: `${settings.kafkaTopicPrefix}cdr.v1` },
    data: resolve(state),
    logger,
  });
  process.stdout.write(`The agent serves ${file.switches.map(({ switchId }) => switchId).join(', ')}\n`);
  await new Promise<void>((stop) => {
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  });
  await running.stop();
};

const tariffsIn =
  ({ accounts }: AgentFile) =>
  (accountId: string, direction: 'inbound' | 'outbound') => {
    const { currency, [direction]: deck } = accounts[accountId] ?? {};
    return currency === undefined || deck === undefined ? undefined : { currency, deck };
  };
