import { startBroker } from '../../../infra/kafka/broker';
import type { Broker } from '../../../infra/kafka/broker';
import { freePort } from '../../../infra/child-server';
import { get } from '../../scenarios/support/api';
import type { Fields } from '../../scenarios/support/api';
import { createDataFolder, startTollgate } from '../../scenarios/support/tollgate-process';
import type { Tollgate } from '../../scenarios/support/tollgate-process';
import { until } from '../../scenarios/support/until';

let broker: Broker;
let open: string;
let guarded: string;
let tollgate: Tollgate;

/** A broker with two doors: one that is open, one that asks for a password. */
beforeAll(async () => {
  const [port, saslPort, controllerPort] = [await freePort(), await freePort(), await freePort()];
  open = `127.0.0.1:${String(port)}`;
  guarded = `127.0.0.1:${String(saslPort)}`;
  const doors = `PLAINTEXT://${open},SASL_PLAINTEXT://${guarded}`;
  const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule';
  broker = await startBroker({
    port,
    config: {
      listeners: `${doors},CONTROLLER://127.0.0.1:${String(controllerPort)}`,
      'advertised.listeners': doors,
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
      'controller.quorum.voters': `1@127.0.0.1:${String(controllerPort)}`,
      'sasl.enabled.mechanisms': 'PLAIN',
      'listener.name.sasl_plaintext.plain.sasl.jaas.config': `${plain} required user_tollgate="right";`,
    },
  });
});
afterAll(() => broker.stop());
afterEach(() => tollgate.kill());

const credentials = ['--kafka-sasl-mechanism', 'plain', '--kafka-sasl-username', 'tollgate'];

const start = async (brokers: string, flags: readonly string[] = [], environment: NodeJS.ProcessEnv = {}) => {
  tollgate = await startTollgate({ data: await createDataFolder(), brokers: [brokers], flags, environment });
};

const kafkaPart = async (): Promise<Fields> => {
  const { body } = await get(tollgate.url, '/readyz');
  return (body['parts'] as Fields[]).find(({ name }) => name === 'kafka') ?? {};
};

const untilItSays = (words: RegExp): Promise<boolean> =>
  until(`/readyz says ${String(words)}`, async () => {
    const { isReady, detail } = await kafkaPart();
    return isReady === false && words.test(detail as string);
  });

const lines = (words: string): string[] =>
  tollgate
    .output()
    .split('\n')
    .filter((line) => line.includes(words));

test('a wrong password is told by /readyz, and logged once while nothing changes', async () => {
  await start(guarded, [...credentials, '--log-level', 'debug'], { KAFKA_SASL_PASSWORD: 'wrong' });
  await untilItSays(/^consumer connecting, 127.0.0.1:\d+: .*[Aa]uthentication failed/);
  await until('it is tried again', () => lines('Kafka cannot be used yet').length > 3);
  // One of the contact, and one of each topic that is written.
  expect(
    lines('"level":"warn"')
      .map((line) => (JSON.parse(line) as { msg: string }).msg)
      .sort(),
  ).toEqual([
    'Kafka cannot be used yet; what does not need it goes on, and it is tried again',
    'rejected relay publishes nothing for now',
    'traffic-control relay publishes nothing for now',
  ]);
  expect(tollgate.output()).not.toContain('wrong');
});

test('the right password is let in', async () => {
  await start(guarded, credentials, { KAFKA_SASL_PASSWORD: 'right' });
  await until('it is ready', async () => (await kafkaPart())['isReady'] === true);
});

test('a broker that expects a password, or no TLS, hangs up: /readyz names the settings to look at', async () => {
  await start(guarded);
  await untilItSays(/See KAFKA_TLS and KAFKA_SASL_MECHANISM$/);
  await tollgate.kill();
  await start(open, ['--kafka-tls', 'true']);
  await untilItSays(/See KAFKA_TLS and KAFKA_SASL_MECHANISM$/);
});

test('a broker that does not answer is told by /readyz at once', async () => {
  process.kill(broker.pid, 'SIGSTOP');
  try {
    await start(open);
    await untilItSays(/: no answer yet$/);
  } finally {
    process.kill(broker.pid, 'SIGCONT');
  }
});
