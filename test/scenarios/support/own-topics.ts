import { startBroker } from '../../../infra/kafka/broker';
import type { Broker, BrokerOptions } from '../../../infra/kafka/broker';
import { openPrepaid } from './api';
import { untilReady } from './kafka-observer';
import { outsideOf, startOnKafka } from './kafka-scenario';
import { createDataFolder } from './tollgate-process';
import type { Tollgate } from './tollgate-process';
import { turnTraffic } from './topic-content';

/** What the tests of a file have in common: one broker, and for each test a Tollgate with topics of its own. */
type OwnTopics = {
  broker: Broker;
  tollgate: Tollgate;
  parts: ReturnType<typeof outsideOf>;
  data: string;
  prefix: string;
  /** Starts a Tollgate on the data and the topics of the test. */
  start(brokers?: readonly string[]): Promise<void>;
};

/** Each test begins with twelve commands in its topic: each of the accounts was blocked and opened once. */
export const useOwnTopics = (name: string, accounts: readonly string[], config: BrokerOptions['config'] = {}) => {
  const own = {} as OwnTopics;
  let tests = 0;
  beforeAll(async () => {
    own.broker = await startBroker({ config });
  });
  afterAll(() => own.broker.stop());

  own.start = async (brokers = own.broker.brokers) => {
    own.tollgate = await startOnKafka(brokers, own);
  };
  beforeEach(async () => {
    tests += 1;
    own.prefix = `${name}-${String(tests)}.`;
    own.data = await createDataFolder();
    own.parts = outsideOf(own.broker, own.prefix);
    await own.start();
    await untilReady(own.tollgate.url);
    await openPrepaid(own.tollgate.url, accounts);
    await turnTraffic(own.tollgate.url, accounts, '5');
  });
  afterEach(async () => {
    await own.tollgate.kill();
    await own.parts.outside.close();
  });
  return own;
};
