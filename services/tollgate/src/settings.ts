import { sep } from 'node:path';
import { z } from 'zod';
import { readConnectionString } from '@tollgate/event-store-esdb/connection-string';
import { createStoreNames } from '@tollgate/event-store-esdb/store-names';
import { logLevels } from '@tollgate/service-runtime/log-levels';
import { isDatabaseUrl } from './database-url';
import { faultsOfRoles, roleNames } from './roles';
import { faultsOfSasl } from './sasl-faults';
import { givenIn, ignoredIn, misspeltIn } from './setting-names';
import {
  brokerList,
  flagValue,
  path,
  hostNames,
  initialStreamPrefix,
  mostPort,
  readBy,
  roleList,
  switchList,
  wholeNumber,
} from './setting-values';

const settingsSchema = z.object({
  roles: roleList.default([]),
  host: z.string().default('127.0.0.1'),
  allowedHosts: hostNames.default([]),
  port: wholeNumber(0, mostPort).default(8_400),
  data: path.prefault('./data'),
  eventstoreUrl: readBy(readConnectionString).optional(),
  eventstoreStreamPrefix: readBy(createStoreNames).default(initialStreamPrefix),
  logLevel: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`).default('info'),
  maxBodyBytes: wholeNumber(1_024, 1 << 30).default(16 << 20),
  maxBatchLines: wholeNumber(1, 1_000_000).default(10_000),
  maxConnections: wholeNumber(1, 1_000_000).default(10_000),
  maxInflightBytes: wholeNumber(1 << 20, 2 ** 40).default(64 << 20),
  maxInflightRecords: wholeNumber(1_000, 100_000_000).default(100_000),
  decks: path.optional(),
  rater: path.optional(),
  authorizeWithPrice: z
    .enum(['0', '1'], 'must be 0 or 1')
    .default('0')
    .transform((text) => text === '1'),
  switches: switchList.default([]),
  acknowledgeWithinMs: wholeNumber(1, 3_600_000).default(5_000),
  kafkaBrokers: brokerList.optional(),
  kafkaTopicPrefix: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/, 'must be letters, digits, dots, hyphens and underscores')
    .default('tollgate.'),
  kafkaGroup: z.string().default('tollgate'),
  kafkaClientId: z.string().default('tollgate'),
  kafkaTls: flagValue.default(false),
  kafkaSaslMechanism: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'], 'must be plain, scram-sha-256 or scram-sha-512')
    .optional(),
  kafkaSaslUsername: z.string().optional(),
  kafkaSaslPassword: z.string().optional(),
  signingKey: path.optional(),
  signingAgent: path.optional(),
  databaseUrl: z
    .string()
    .refine(
      isDatabaseUrl,
      'must be postgresql://user:password@host:port/database, with / ? # and % in a password written as %2F %3F %23 %25',
    )
    .optional(),
});

/** Every setting of `tollgate serve`, checked and complete. */
export type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof Settings;

/** Where each setting comes from, and what `--help` and the README say of it. */
export const settingSources: Record<SettingName, { variable: string; flag?: string; about: string; initial: string }> =
  {
    roles: {
      variable: 'TOLLGATE_ROLES',
      flag: '--role <list>',
      about: `which to run of ${roleNames.join(', ')}, with commas between or said again; without it all`,
      initial: '',
    },
    host: { variable: 'TOLLGATE_HOST', flag: '--host <address>', about: 'address to listen on', initial: '127.0.0.1' },
    allowedHosts: {
      variable: 'TOLLGATE_ALLOWED_HOSTS',
      flag: '--allowed-hosts <list>',
      about: 'names under which requests are answered, with commas between; addresses and localhost always are',
      initial: '',
    },
    port: {
      variable: 'TOLLGATE_PORT',
      flag: '--port <number>',
      about: 'port to listen on; 0 takes any free one',
      initial: '8400',
    },
    data: {
      variable: 'TOLLGATE_DATA',
      flag: '--data <folder>',
      about: 'folder of the event log and of what is derived from it',
      initial: './data',
    },
    eventstoreUrl: {
      variable: 'EVENTSTORE_URL',
      about:
        'connection string of an EventStoreDB that holds the log instead; by environment only, since it holds a password',
      initial: '',
    },
    eventstoreStreamPrefix: {
      variable: 'EVENTSTORE_STREAM_PREFIX',
      about:
        'what the names of this ledger’s streams begin with there: letters, digits, dots, underscores and a hyphen at the end',
      initial: initialStreamPrefix,
    },
    logLevel: {
      variable: 'TOLLGATE_LOG_LEVEL',
      flag: '--log-level <level>',
      about: logLevels.join(', '),
      initial: 'info',
    },
    maxBodyBytes: {
      variable: 'TOLLGATE_MAX_BODY_BYTES',
      flag: '--max-body-bytes <number>',
      about: 'largest request body',
      initial: '16777216',
    },
    maxBatchLines: {
      variable: 'TOLLGATE_MAX_BATCH_LINES',
      flag: '--max-batch-lines <number>',
      about: 'most lines in one POST /v1/batch',
      initial: '10000',
    },
    maxConnections: {
      variable: 'TOLLGATE_MAX_CONNECTIONS',
      flag: '--max-connections <number>',
      about: 'most connections over HTTP at once',
      initial: '10000',
    },
    maxInflightBytes: {
      variable: 'TOLLGATE_MAX_INFLIGHT_BYTES',
      flag: '--max-inflight-bytes <number>',
      about: 'request bodies being worked on, all together; above that 503 OVERLOADED',
      initial: '67108864',
    },
    maxInflightRecords: {
      variable: 'TOLLGATE_MAX_INFLIGHT_RECORDS',
      flag: '--max-inflight-records <number>',
      about: 'records that wait for the log, all together; above that 503 OVERLOADED',
      initial: '100000',
    },
    decks: {
      variable: 'TOLLGATE_DECKS',
      flag: '--decks <folder>',
      about: 'folder of rate decks, NAME.csv each, read at start: what calls cost that switches ask about',
      initial: '',
    },
    rater: {
      variable: 'TOLLGATE_RATER',
      flag: '--rater <file>',
      about: 'file that says whose calls are rated by which decks; without it none are',
      initial: '',
    },
    authorizeWithPrice: {
      variable: 'AUTHORIZE_WITH_PRICE',
      about: '1: a switch may name the price of a call itself; whoever may is granted anything',
      initial: '0',
    },
    switches: {
      variable: 'SWITCHES',
      flag: '--switches <list>',
      about: 'ids of the switches that must say that they have applied each command, with commas between',
      initial: '',
    },
    acknowledgeWithinMs: {
      variable: 'ACKNOWLEDGE_WITHIN_MS',
      flag: '--acknowledge-within-ms <number>',
      about: 'a command that one of SWITCHES has not applied after so many milliseconds is alarmed',
      initial: '5000',
    },
    kafkaBrokers: {
      variable: 'KAFKA_BROKERS',
      flag: '--kafka-brokers <list>',
      about: 'host:port,… of the brokers; without it commands are served over HTTP only',
      initial: '',
    },
    kafkaTopicPrefix: {
      variable: 'KAFKA_TOPIC_PREFIX',
      flag: '--kafka-topic-prefix <text>',
      about: 'what every topic name begins with',
      initial: 'tollgate.',
    },
    kafkaGroup: { variable: 'KAFKA_GROUP', flag: '--kafka-group <name>', about: 'consumer group', initial: 'tollgate' },
    kafkaClientId: {
      variable: 'KAFKA_CLIENT_ID',
      flag: '--kafka-client-id <name>',
      about: 'name the brokers see',
      initial: 'tollgate',
    },
    kafkaTls: { variable: 'KAFKA_TLS', flag: '--kafka-tls <true|false>', about: 'connect with TLS', initial: 'false' },
    kafkaSaslMechanism: {
      variable: 'KAFKA_SASL_MECHANISM',
      flag: '--kafka-sasl-mechanism <name>',
      about: 'plain, scram-sha-256 or scram-sha-512',
      initial: '',
    },
    kafkaSaslUsername: {
      variable: 'KAFKA_SASL_USERNAME',
      flag: '--kafka-sasl-username <name>',
      about: 'needed with a mechanism',
      initial: '',
    },
    kafkaSaslPassword: {
      variable: 'KAFKA_SASL_PASSWORD',
      about: 'needed with a mechanism; by environment only, since all users of a machine see its command lines',
      initial: '',
    },
    signingKey: {
      variable: 'TOLLGATE_SIGNING_KEY',
      flag: '--signing-key <file>',
      about:
        'file of the key that signs checkpoints of the log, outside of the data folder; made if it is missing; without it none are signed',
      initial: '',
    },
    signingAgent: {
      variable: 'TOLLGATE_SIGNING_AGENT',
      flag: '--signing-agent <socket>',
      about:
        'socket of the ssh-agent that holds the key that signs; its file then has the public key alone, as ssh-add -L prints it',
      initial: '',
    },
    databaseUrl: {
      variable: 'DATABASE_URL',
      about: 'postgresql://… of the database that reports are kept in; by environment only, as it may hold a password',
      initial: '',
    },
  };

export const settingNames = Object.keys(settingSources) as SettingName[];

/** Of `serve`, and where the command line tools look for it. */
const variables = [
  ...settingNames.map((name) => settingSources[name].variable),
  'TOLLGATE_URL',
  ...['EVENTSTORE_URL_FROM', 'EVENTSTORE_URL_TO', 'EVENTSTORE_STREAM_PREFIX_FROM', 'EVENTSTORE_STREAM_PREFIX_TO'],
];

/** Throws `SettingsError` where the environment has a name that is nearly one of ours. */
export const refuseMisspelt = (environment: NodeJS.ProcessEnv): void => {
  const misspelt = misspeltIn(environment, variables);
  if (misspelt.length > 0) throw new SettingsError(misspelt.join('\n'));
};

/** What looks like a setting and has no effect, for a warning. */
export const ignoredSettings = (environment: NodeJS.ProcessEnv): string[] => ignoredIn(environment, variables);

/** A setting is wrong; the message names its variable and flag, one fault a line. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Settings from flags, else environment, else defaults; an empty text counts as not given. Throws `SettingsError`. */
export const readSettings = (
  flags: Partial<Record<SettingName, string | undefined>>,
  environment: NodeJS.ProcessEnv,
): Settings => {
  requireNamed(flags.roles);
  const inEnvironment = givenIn(environment);
  const given = settingNames.map((name) => [name, flags[name] || inEnvironment[settingSources[name].variable]]);
  const result = settingsSchema.safeParse(Object.fromEntries(given));
  if (!result.success)
    throw new SettingsError(result.error.issues.map(({ path, message }) => fault(String(path[0]), message)).join('\n'));
  requireApart(result.data);
  const faults = [...faultsOfSasl(result.data), ...faultsOfRoles(result.data)];
  if (faults.length > 0) throw new SettingsError(faults.join('\n'));
  return result.data;
};

/** Of a variable that is not set; to run everything instead would not be noticed. */
const requireNamed = (roles: string | undefined): void => {
  const detail = `is empty; name one of ${roleNames.join(', ')}, or leave it out to run all`;
  if (roles?.trim() === '') throw new SettingsError(fault('roles', detail));
};

/** Whoever has the data, or a backup of them, must not have the key with them. */
const requireApart = ({ data, signingKey, signingAgent }: Settings): void => {
  if (signingAgent !== undefined && signingKey === undefined)
    throw new SettingsError(
      fault('signingKey', 'is needed with an agent: a file of the public key that it signs with'),
    );
  if (signingKey?.startsWith(data + sep) === true)
    throw new SettingsError(fault('signingKey', `must not lie in the data folder ${data}`));
};

const fault = (name: string, message: string): string => {
  const source = settingNames.find((known) => known === name);
  if (source === undefined) return `${name}: ${message}`;
  const { variable, flag } = settingSources[source];
  return `${variable}${flag === undefined ? '' : ` (${flag})`}: ${message}`;
};
