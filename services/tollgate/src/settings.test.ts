import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SettingsError, ignoredSettings, readSettings, refuseMisspelt, settingNames, settingSources } from './settings';

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

test.each([
  'mysql://us:secret@db/reports',
  'db:5432/reports',
  'postgresql://us:12/secret@db/reports',
  'postgresql://us:12#secret@db/reports',
  'postgresql://us:12?secret@db/reports',
  'postgresql://us:secret@db:99999/reports',
])('%s is no URL of a database, and nothing of it is told', (url) => {
  expect(faultOf({ DATABASE_URL: url })).toMatch(/^DATABASE_URL: must be postgresql:\/\//);
  expect(faultOf({ DATABASE_URL: url })).not.toMatch(/secret|us:12/);
});

test('a database may be named in every way that PostgreSQL knows, over a socket too', () => {
  for (const url of [
    'postgres://us:p%2Fss%40@db:5432/reports?sslmode=verify-full',
    'postgresql:///reports?host=/run/db',
  ])
    expect(readSettings({}, { DATABASE_URL: url }).databaseUrl).toBe(url);
});

test.each(['kafka', 'kafka:', 'kafka:65536', 'kafka:9092,', 'a:1,b:99999'])('%j is no list of brokers', (text) => {
  expect(faultOf({ KAFKA_BROKERS: text })).toMatch(/^KAFKA_BROKERS \(--kafka-brokers <list>\): must be host:port/);
});

test('brokers are listed with commas, and a flag comes before the environment', () => {
  expect(readSettings({}, { KAFKA_BROKERS: 'a:1, b:65535' }).kafkaBrokers).toEqual(['a:1', 'b:65535']);
  expect(readSettings({ port: '7' }, { TOLLGATE_PORT: '8' }).port).toBe(7);
});

test('an empty text counts as not given, as a flag too: it opens no other address and fills no other folder', () => {
  const everything = Object.fromEntries(settingNames.filter((name) => name !== 'roles').map((name) => [name, '']));
  expect(readSettings(everything, {})).toEqual(readSettings({}, {}));
  const environment = { TOLLGATE_HOST: '10.0.0.1', TOLLGATE_DATA: '/srv/ledger', KAFKA_TOPIC_PREFIX: 'a.' };
  expect(readSettings(everything, environment)).toEqual(readSettings({}, environment));
});

test('a connection string or a prefix of streams that the event store could not be used with is refused, without the password', () => {
  const faults = faultOf({ EVENTSTORE_URL: 'esdb://ledger:SECRET@@host', EVENTSTORE_STREAM_PREFIX: 'tollgate' });
  expect(faults.split('\n')).toEqual([
    expect.stringMatching(/^EVENTSTORE_URL: the connection string must be/),
    expect.stringMatching(/^EVENTSTORE_STREAM_PREFIX: the prefix of streams must be/),
  ]);
  expect(faults).not.toContain('SECRET');
});

test.each(['./data', './data/keys', './data/x/keys'])(
  'number keys in %s would be backed up with the data',
  (numberKeys) => {
    expect(() => readSettings({ data: './data', numberKeys }, {})).toThrow(
      'TOLLGATE_NUMBER_KEYS (--number-keys <folder>): must not lie in the data folder',
    );
    expect(readSettings({ data: './data', numberKeys: './data-keys' }, {}).numberKeys).toMatch(/data-keys$/);
  },
);

const witness = 'https://secret.example witness.example/w1+eb762cc2+BNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea';

test('witnesses are listed with commas, each once, and there must be something that they can cosign', () => {
  const TOLLGATE_SIGNING_KEY = '/keys/signing.pem';
  const { witnesses } = readSettings({}, { TOLLGATE_SIGNING_KEY, TOLLGATE_WITNESSES: witness });
  expect(witnesses).toMatchObject([{ url: 'https://secret.example', name: 'witness.example/w1' }]);
  const twice = faultOf({ TOLLGATE_SIGNING_KEY, TOLLGATE_WITNESSES: `${witness},${witness}` });
  expect(twice).toBe('TOLLGATE_WITNESSES (--witnesses <list>): names a witness twice');
  expect(faultOf({ TOLLGATE_WITNESSES: witness })).toContain('TOLLGATE_SIGNING_KEY (--signing-key <file>): is needed');
  const wrong = faultOf({ TOLLGATE_SIGNING_KEY, TOLLGATE_WITNESSES: witness.slice(0, -1) });
  expect([wrong, wrong.includes('secret')]).toEqual([expect.stringContaining('must be URL KEY'), false]);
});

test('keys were let into the data folder by a link to it, or to a folder in it', () => {
  const parent = mkdtempSync(join(tmpdir(), 'tollgate-settings-'));
  const [data, link] = [join(parent, 'data'), join(parent, 'link')];
  mkdirSync(join(data, 'keys'), { recursive: true });
  symlinkSync(data, link);
  symlinkSync(join(data, 'keys'), join(parent, 'keys'));
  const among = [
    { data, numberKeys: join(parent, 'keys') },
    { data, numberKeys: join(link, 'new', 'keys') },
    { data: link, signingKey: join(data, 'signing.pem') },
  ];
  for (const flags of among) expect(() => readSettings(flags, {})).toThrow('must not lie in the data folder');
  expect(readSettings({ data, numberKeys: join(parent, 'others') }, {}).numberKeys).toBe(join(parent, 'others'));
  rmSync(parent, { recursive: true });
});

test('all faults are told at once', () => {
  expect(faultOf({ TOLLGATE_PORT: '70000', KAFKA_TLS: 'yes' }).split('\n')).toEqual([
    'TOLLGATE_PORT (--port <number>): must be a whole number from 0 to 65535',
    'KAFKA_TLS (--kafka-tls <true|false>): must be true or false',
  ]);
});

describe('names in the environment', () => {
  test.each([
    ['KAFKA_BROKER', 'KAFKA_BROKERS'],
    ['TOLLGATE_POTR', 'TOLLGATE_PORT'],
    ['TOLGATE_DATA', 'TOLLGATE_DATA'],
    ['KAFKA_TOPICS_PREFIX', 'KAFKA_TOPIC_PREFIX'],
    ['tollgate_port', 'TOLLGATE_PORT'],
    ['TOLLGATE_ULR', 'TOLLGATE_URL'],
  ])('%s, which used to have no effect without a word, is refused, and %s is named', (name, meant) => {
    const refuse = (): void => {
      refuseMisspelt({ [name]: 'x', KAFKA_HOME: '/opt' });
    };
    expect(refuse).toThrow(new SettingsError(`${name}: there is no such setting, do you mean ${meant}?`));
  });

  test('of every setting are not refused, nor what other programs use, nor what is empty', () => {
    const known = Object.fromEntries(settingNames.map((name) => [settingSources[name].variable, 'x']));
    const others = {
      KAFKA_HOME: '/opt/kafka',
      KAFKA_OPTS: '-Xmx1g',
      KAFKA_HEAP_OPTS: '',
      PATH: '/bin',
      KAFKA_BROKER: '',
    };
    expect(() => {
      refuseMisspelt({ ...known, ...others, TOLLGATE_URL: 'x' });
    }).not.toThrow();
    expect(ignoredSettings({ ...known, ...others, TOLLGATE_URL: 'x' })).toEqual([]);
  });

  test('that Kubernetes sets for Services named tollgate and kafka are ignored with a warning, where they kept it from starting', () => {
    const injected = {
      TOLLGATE_PORT: 'tcp://10.96.0.12:8400',
      TOLLGATE_SERVICE_HOST: '10.96.0.12',
      TOLLGATE_SERVICE_PORT: '8400',
      TOLLGATE_SERVICE_PORT_HTTP: '8400',
      TOLLGATE_PORT_8400_TCP: 'tcp://10.96.0.12:8400',
      TOLLGATE_PORT_8400_TCP_ADDR: '10.96.0.12',
      KAFKA_PORT: 'tcp://10.96.0.13:9092',
      KAFKA_SERVICE_HOST: '10.96.0.13',
    };
    expect(readSettings({}, injected)).toEqual(readSettings({}, {}));
    expect(() => {
      refuseMisspelt(injected);
    }).not.toThrow();
    expect(ignoredSettings(injected)).toEqual(
      Object.keys(injected).map((name) => expect.stringContaining(`${name} is ignored: Kubernetes sets it`) as string),
    );
    expect(faultOf({ TOLLGATE_PORT: 'http://10.96.0.12' })).toContain('must be a whole number');
  });

  test('of ours that nobody knows are warned of', () => {
    expect(ignoredSettings({ TOLLGATE_COLOUR: 'red' })).toEqual([
      'TOLLGATE_COLOUR is ignored: there is no such setting',
    ]);
  });
});
