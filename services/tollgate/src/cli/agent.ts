import { resolve } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { raterTopicsOf, topicsOf } from '@tollgate/contracts';
import { createKafka } from '@tollgate/kafka';
import { addOperatorRoutes, createHttpServer, createLog, createMetrics } from '@tollgate/service-runtime';
import type { Log } from '@tollgate/service-runtime';
import { kafkaCommands, startAgent } from '@tollgate/softswitch-agent';
import type { SwitchPlace, Tariffs } from '@tollgate/softswitch-agent';
import { readAgentFile } from '../agent-file';
import { kafkaSettingsOf } from '../kafka-connection';
import { listen } from '../listen';
import { readRaterFile } from '../rater-file';
import { SettingsError, readSettings, settingSources } from '../settings';
import type { Settings } from '../settings';
import { httpCommands } from './http-commands';
import { createClient, urlOption } from './tollgate-client';

type Flags = {
  url: string;
  state: string;
  host?: string;
  port: string;
  rater?: string;
  logLevel?: string;
  kafkaBrokers?: string;
  kafkaTopicPrefix?: string;
};

/** `tollgate agent`: stands between softswitches and the ledger, until SIGTERM or SIGINT. */
export const addAgent = (program: Command): void => {
  const { kafkaBrokers, kafkaTopicPrefix, logLevel, rater } = settingSources;
  program
    .command('agent')
    .summary('let softswitches ask before they route a call, and obey')
    .description(
      'Keeps the tables of softswitches equal to the commands and ends calls as these say, answers what switches ask before they route a call, gives calls more time while they are paid for, and hands on CDRs. FILE names the switches: infra/kamailio/README.md.',
    )
    .argument('<file>', 'JSON, such as infra/kamailio/example/agent.json')
    .addOption(urlOption())
    .option(rater.flag ?? '', `the file of the rater: whose calls are priced by which decks (${rater.variable})`)
    .option('--state <folder>', 'where it keeps how far CDRs were handed on', 'agent-state')
    .option('--host <address>', 'address of /healthz, /readyz and /metrics', '127.0.0.1')
    .addOption(new Option('--port <number>', 'their port; 0 takes any free one').default('8410'))
    .option(
      kafkaBrokers.flag ?? '',
      `host:port,… of the brokers; without it commands come over HTTP, and CDRs stay in their files (${kafkaBrokers.variable})`,
    )
    .option(kafkaTopicPrefix.flag ?? '', `${kafkaTopicPrefix.about} (${kafkaTopicPrefix.variable})`)
    .option(logLevel.flag ?? '', `${logLevel.about} (${logLevel.variable})`)
    .addHelpText('after', '\nKAFKA_TLS and KAFKA_SASL_… are taken from the environment, as by serve.')
    .action(agent);
};

const agent = async (path: string, { url, state, ...flags }: Flags): Promise<void> => {
  const file = readAgentFile(path);
  const settings = readSettings(flags, process.env);
  const logger = createLog(settings.logLevel);
  const running = await startAgent({
    switches: file.switches,
    tariffs: tariffsIn(settings, file.switches),
    ledgerUrl: url,
    askMs: file.askMs,
    ...brokersOf(settings, url, logger),
    data: resolve(state),
    logger,
  });
  const server = await serveOperators(running, settings, logger);
  const names = file.switches.map(({ switchId }) => switchId).join(', ');
  process.stdout.write(`The agent of ${names} listens on ${server.url}, Tollgate on ${url}\n`);
  await new Promise<void>((stop) => {
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  });
  await Promise.all([running.stop(), server.close()]);
  process.stdout.write('The agent has stopped\n');
};

/** Where commands come from and CDRs go to. */
const brokersOf = (settings: Settings, url: string, logger: Log) => {
  if (settings.kafkaBrokers === undefined) return { source: httpCommands(createClient(url), logger) };
  const client = createKafka(kafkaSettingsOf(settings), logger);
  const { kafkaTopicPrefix: prefix } = settings;
  return {
    source: kafkaCommands(client, topicsOf(prefix).trafficControl, logger),
    kafka: { client, cdrTopic: raterTopicsOf(prefix).cdr },
  };
};

const limits = {
  bodyBytes: 1_024,
  requestTimeoutMs: 10_000,
  headersTimeoutMs: 5_000,
  idleTimeoutMs: 60_000,
  connections: 100,
};

const serveOperators = async (running: Awaited<ReturnType<typeof startAgent>>, settings: Settings, logger: Log) => {
  const { host, port, allowedHosts } = settings;
  const metrics = createMetrics();
  running.observe([metrics]);
  const server = createHttpServer({ ...limits, allowedHosts }, logger);
  addOperatorRoutes(server, running.readiness, metrics);
  const url = await listen(settings, () => server.listen({ host, port }));
  return { url, close: () => server.close() };
};

/** By the file of the rater: what a call may last and what it costs in the end go by the same decks. A switch that asks by itself needs none. */
const tariffsIn = ({ rater }: Settings, switches: readonly SwitchPlace[]): Tariffs => {
  if (rater === undefined && switches.every((place) => 'url' in place)) return () => undefined;
  if (rater === undefined)
    throw new SettingsError('TOLLGATE_RATER (--rater <file>): needed: whose calls are priced by which decks');
  const { accounts } = readRaterFile(rater);
  return (accountId, direction) => {
    const { currency, decks } = accounts[accountId] ?? {};
    const deck = decks?.[direction];
    return currency === undefined || deck === undefined ? undefined : { currency, deck };
  };
};
