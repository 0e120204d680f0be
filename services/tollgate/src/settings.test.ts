import { SettingsError, readSettings, settingNames } from './settings';

const faultOf = (environment: NodeJS.ProcessEnv): string => {
  try {
    readSettings({}, environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return 'accepted';
};

test.each([
  [{ KAFKA_SASL_USERNAME: 'us' }, 'KAFKA_SASL_MECHANISM: needed with KAFKA_SASL_USERNAME'],
  [{ KAFKA_SASL_PASSWORD: 'secret' }, 'KAFKA_SASL_MECHANISM: needed with KAFKA_SASL_USERNAME'],
  [{ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'us' }, 'KAFKA_SASL_MECHANISM: needs KAFKA_SASL_USERNAME and'],
])('credentials that would not be used are refused: %j', (environment, words) => {
  expect(faultOf(environment)).toContain(words);
  expect(faultOf(environment)).not.toContain('secret');
});

test.each(['kafka', 'kafka:', 'kafka:65536', 'kafka:9092,', 'a:1,b:99999'])('%j is no list of brokers', (text) => {
  expect(faultOf({ KAFKA_BROKERS: text })).toMatch(/^KAFKA_BROKERS \(--kafka-brokers <list>\): must be host:port/);
});

test('brokers are listed with commas, and a flag comes before the environment', () => {
  expect(readSettings({}, { KAFKA_BROKERS: 'a:1, b:65535' }).kafkaBrokers).toEqual(['a:1', 'b:65535']);
  expect(readSettings({ port: '7' }, { TOLLGATE_PORT: '8' }).port).toBe(7);
});

test('an empty text counts as not given, as a flag too: it opens no other address and fills no other folder', () => {
  const everything = Object.fromEntries(settingNames.map((name) => [name, '']));
  expect(readSettings(everything, {})).toEqual(readSettings({}, {}));
  const environment = { TOLLGATE_HOST: '10.0.0.1', TOLLGATE_DATA: '/srv/ledger', KAFKA_TOPIC_PREFIX: 'a.' };
  expect(readSettings(everything, environment)).toEqual(readSettings({}, environment));
});

test('all faults are told at once', () => {
  expect(faultOf({ TOLLGATE_PORT: '70000', KAFKA_TLS: 'yes' }).split('\n')).toEqual([
    'TOLLGATE_PORT (--port <number>): must be a whole number from 0 to 65535',
    'KAFKA_TLS (--kafka-tls <true|false>): must be true or false',
  ]);
});
