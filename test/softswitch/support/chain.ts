import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBroker } from '../../../infra/kafka/broker';
import type { Broker } from '../../../infra/kafka/broker';
import { missingKamailio, startKamailio } from '../../../infra/kamailio/switch';
import type { Kamailio } from '../../../infra/kamailio/switch';
import { answerCalls, takeCalls } from '../../../infra/phone/phone';
import { refusingScenario, silentScenario } from '../../../infra/phone/scenarios';
import { missingSipp } from '../../../infra/phone/sipp';
import { startPostgres } from '../../../infra/postgres/server';
import { freePort } from '../../../infra/child-server';
import { createDataFolder, spawnTollgate, startTollgate } from '../../scenarios/support/tollgate-process';
import type { Tollgate } from '../../scenarios/support/tollgate-process';
import { until } from '../../scenarios/support/until';

/** Originators, by the address that their calls come from. */
const trunks = {
  '127.0.0.11': 'prepaid',
  '127.0.0.12': 'postpaid',
  '127.0.0.13': 'netting',
  '127.0.0.14': 'owed',
  '127.0.0.15': 'thirty',
  '127.0.0.16': 'many',
  '127.0.0.17': 'cutnow',
  '127.0.0.18': 'short',
  '127.0.0.19': 'slices',
  '127.0.0.20': 'load',
  '127.0.0.21': 'spend',
  '127.0.0.22': 'lifted',
  '127.0.0.23': 'ringing',
  '127.0.0.24': 'cheating',
} as const;
export type Originator = (typeof trunks)[keyof typeof trunks];
export const addressOf = (account: Originator): string =>
  Object.entries(trunks).find(([, name]) => name === account)?.[0] ?? '';

/** A cent a second. */
const deck = [
  'prefix,currency,perMinute,initialSeconds,incrementSeconds',
  ...[33, 44, 55, 66, 77, 88].map((prefix) => `${String(prefix)},EUR,0.6,1,1`),
  '',
].join('\n');

export type Chain = Awaited<ReturnType<typeof startChain>>;

/** Everything that a call goes through: broker, ledger, database of dialogs, switch, agent, and who is called. */
export const startChain = async ({ isKafkaTold = true, switches = 'switch-1' } = {}) => {
  requireSwitch();
  const folder = await createDataFolder();
  const decks = join(folder, 'decks');
  mkdirSync(decks);
  for (const name of ['retail', 'wholesale']) writeFileSync(join(decks, `${name}.csv`), deck);
  const brokerPort = await freePort();
  const startKafka = (): Promise<Broker> => startBroker({ port: brokerPort, dataDir: join(folder, 'kafka') });
  const rater = join(folder, 'partners.json');
  writeFileSync(rater, JSON.stringify(partners));
  const [broker, postgres] = await Promise.all([startKafka(), startPostgres({ config: { fsync: 'off' } })]);
  const called = await whoIsCalled();
  const port = await freePort();
  const startLedger = (): Promise<Tollgate> =>
    startTollgate({
      data: join(folder, 'ledger'),
      ...(isKafkaTold && { brokers: broker.brokers }),
      flags: ['--port', String(port), '--decks', decks, ...(isKafkaTold ? ['--rater', rater] : [])],
      environment: { SWITCHES: switches },
    });
  /** A switch with a place and a database of its own, to be started again and again. */
  const newSwitch = async (name: string): Promise<() => Promise<Kamailio>> => {
    await postgres.createDatabase(name);
    const ports = { sipPort: await freePort(), rpcPort: await freePort(), evapiPort: await freePort() };
    return () => startSwitchAt(name, ports);
  };
  const startSwitchAt = (name: string, ports: object): Promise<Kamailio> =>
    startKamailio({
      ...ports,
      dataDir: join(folder, name),
      database: postgres.url(name),
      psql: (args) => postgres.psql(name, args),
      askMs: askMs + 500,
      openCalls: 2,
      openSeconds: 3,
      tables: {
        trunks,
        trusted: ['127.0.0.1'],
        policies: { postpaid: 'open', many: 'open' },
        routes: {
          '44': [`vendor@${called.vendor}`],
          '33': [`unpaid@${called.second}`, `vendor@${called.vendor}`],
          '55': [`refusing@${called.refusing}`, `vendor@${called.vendor}`],
          '77': [`refusing@${called.refusing}`],
          '88': [`vendor@${called.slow}`],
          '66': [`silent@${called.silent}`, `vendor@${called.vendor}`],
        },
        emergency: { '112': called.emergency, sos: called.emergency },
      },
    });
  const startSwitch = await newSwitch('kamailio');
  const [ledger, kamailio] = await Promise.all([startLedger(), startSwitch()]);
  /** The agent of these switches, `switch-1` unless others are named. */
  const startAgent = (served: readonly object[] = [named('switch-1', kamailio)]) => {
    const name = served.map((one) => (one as { switchId: string }).switchId).join('-');
    const file = join(folder, `${name}.json`);
    writeFileSync(file, JSON.stringify({ askMs, switches: served }));
    const flags = ['--rater', rater, '--url', ledger.url, '--state', join(folder, name), '--port', '0'];
    return spawnTollgate(
      ['agent', file, ...flags, '--log-level', 'debug'],
      isKafkaTold ? { KAFKA_BROKERS: broker.brokers.join(',') } : {},
    );
  };
  const chain = {
    broker,
    postgres,
    ledger,
    kamailio,
    agent: startAgent(),
    startKafka,
    startLedger,
    newSwitch,
    startSwitch,
    startAgent,
  };
  return { ...chain, stop: stopAll };
  async function stopAll(this: typeof chain): Promise<void> {
    called.stop();
    this.agent.child.kill('SIGTERM');
    await Promise.all([this.agent.exited, this.kamailio.stop(), this.ledger.stop()]);
    await Promise.all([this.broker.stop(), this.postgres.stop()]);
  }
};

/** Vendors and who answers emergency calls, each at a place of its own. */
const whoIsCalled = async () => {
  const newPlace = async (): Promise<string> => `127.0.0.1:${String(await freePort())}`;
  const [vendor, second, emergency] = [await newPlace(), await newPlace(), await newPlace()];
  const [refusing, silent, slow] = [await newPlace(), await newPlace(), await newPlace()];
  const phones = [
    ...[vendor, second, emergency].map((place) => answerCalls(place)),
    answerCalls(slow, { ringMs: 2_000 }),
    takeCalls(refusing, refusingScenario(503)),
    takeCalls(silent, silentScenario()),
  ];
  const stop = (): void => {
    for (const phone of phones) phone.kill();
  };
  return { vendor, second, emergency, refusing, silent, slow, stop };
};

/** Who runs all of it must have all that it takes. */
const requireSwitch = (): void => {
  const missing = missingSwitch();
  if (missing !== undefined) throw new Error(missing);
};

/** Why there can be no real calls on this machine, or nothing. */
export const missingSwitch = (): string | undefined => missingKamailio() ?? missingSipp();

/** A machine that does other things too answers within that; who does not answer at all is told from who is slow. */
const askMs = 4_000;

/** As the file of an agent names a switch. */
export const named = (switchId: string, { rpcUrl, evapi, cdrs }: Kamailio): object => ({
  switchId,
  kamailio: { rpc: rpcUrl, evapi, cdrs },
});

const partner = { currency: 'EUR', decks: { inbound: 'retail', outbound: 'wholesale' } };
const partners = {
  accounts: Object.fromEntries(
    [...Object.values(trunks), 'vendor', 'unpaid', 'refusing', 'silent'].map((account) => [account, partner]),
  ),
};

/** What Kamailio answers to a call of its RPC. */
export const rpc = async (
  { rpcUrl }: Kamailio,
  method: string,
  params: readonly (string | number)[],
): Promise<unknown> => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const answer = await fetch(rpcUrl, { method: 'POST', body });
  return ((await answer.json()) as { result?: unknown }).result;
};

/** Resolves once the agent has given the switch everything. */
export const untilServing = ({ kamailio, agent }: Pick<Chain, 'kamailio' | 'agent'>): Promise<boolean> =>
  until('the switch takes calls', async () => {
    if (agent.child.exitCode !== null) throw new Error(`the agent has ended:\n${agent.output()}`);
    const got = (await rpc(kamailio, 'htable.get', ['ctl', 'epoch']).catch(() => undefined)) as
      { item: { value: number } } | undefined;
    return (got?.item.value ?? 0) > 0;
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}\nThe agent said:\n${agent.output()}`);
  });
