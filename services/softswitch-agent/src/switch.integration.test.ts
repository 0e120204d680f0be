import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../infra/child-server';
import { missingKamailio, startKamailio } from '../../../infra/kamailio/switch';
import { startPostgres } from '../../../infra/postgres/server';
import type { Postgres } from '../../../infra/postgres/server';
import { startReceiver } from '../../../infra/webhook/receiver';
import { fakeLedger, silent } from './calls/fake-ledger.test-support';
import { createReleases } from './calls/releases';
import { commandOf } from './commands/commands.test-support';
import { connectKamailio } from './kamailio/kamailio';
import { createRpc } from './kamailio/rpc';
import type { Switch } from './switch';
import { connectWebhook } from './webhook/webhook';

/** A real switch, and how the agent connects to it. */
type Subject = {
  connect(): Switch;
  /** `acme/inbound`, … */
  blocked(): Promise<string[]>;
  kill(): Promise<void>;
  /** In the same place, with nothing. */
  startAnew(): Promise<void>;
  dispose(): Promise<void>;
};

const webhookSubject = async (): Promise<Subject> => {
  let receiver = await startReceiver();
  const { port, url } = receiver;
  return {
    connect: () => connectWebhook({ switchId: 'switch-1', url }, silent),
    blocked: () => Promise.resolve(receiver.blocked()),
    kill: () => receiver.stop(),
    startAnew: async () => {
      receiver = await startReceiver({ port });
    },
    dispose: () => receiver.stop(),
  };
};

const kamailioSubject = async (): Promise<Subject> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tollgate-kamailio-'));
  const postgres: Postgres = await startPostgres({ config: { fsync: 'off' } });
  await postgres.createDatabase('kamailio');
  const options = {
    ...{ dataDir, sipPort: await freePort(), rpcPort: await freePort(), evapiPort: await freePort() },
    database: postgres.url('kamailio'),
    psql: (args: readonly string[]) => postgres.psql('kamailio', args),
    tables: { trunks: {}, trusted: [], policies: {}, routes: {}, emergency: {} },
  };
  let kamailio = await startKamailio(options);
  const { rpcUrl } = kamailio;
  const { rpc, close } = createRpc(rpcUrl);
  const { ledger } = fakeLedger({});
  const releases = createReleases(ledger, silent);
  const parts = { ledger, releases, tariffs: () => undefined, limitMs: 100, logger: silent };
  const place = { switchId: 'switch-1', rpcUrl, host: '127.0.0.1', port: options.evapiPort };
  return {
    connect: () => connectKamailio(place, parts),
    blocked: async () => {
      const dumped = (await rpc('htable.dump', ['blocked'])) as { slot: { name: string }[] }[];
      return dumped.flatMap(({ slot }) => slot.map(({ name }) => name));
    },
    kill: () => kamailio.kill(),
    startAnew: async () => {
      kamailio = await startKamailio(options);
    },
    dispose: async () => {
      close();
      releases.stop();
      await kamailio.stop();
      await postgres.stop();
      rmSync(dataDir, { recursive: true });
    },
  };
};

const withKamailio = missingKamailio() === undefined || process.env['CI'] === 'true';
const subjects: [string, () => Promise<Subject>][] = [
  ['a webhook', webhookSubject],
  ...(withKamailio ? [['Kamailio', kamailioSubject] as [string, () => Promise<Subject>]] : []),
];

describe.each(subjects)('%s', (_name, start) => {
  let subject: Subject;
  let target: Switch;
  let comings: number;
  beforeAll(async () => {
    subject = await start();
    target = subject.connect();
    comings = 0;
    target.start(() => (comings += 1));
  }, 60_000);
  afterAll(async () => {
    await target.close();
    await subject.dispose();
  }, 30_000);

  const untilCome = async (times: number): Promise<void> => {
    for (const deadline = Date.now() + 15_000; comings < times || !target.isConnected();) {
      if (Date.now() > deadline) throw new Error(`it has come ${String(comings)} times, not ${String(times)}`);
      await delay(10);
    }
  };
  const blocked = async (): Promise<string[]> => (await subject.blocked()).sort();

  test('says when it has come, and blocks exactly what all commands together block', async () => {
    await untilCome(1);
    await target.applyAll(
      ['acme/inbound#1 block', 'acme/outbound#2 open', 'globex/outbound#1 block'].map((text) => commandOf(text)),
    );
    expect(await blocked()).toEqual(['acme/inbound', 'globex/outbound']);
    await target.applyAll(
      ['acme/inbound#3 open', 'globex/outbound#1 block', 'initech/inbound#1 block'].map((text) => commandOf(text)),
    );
    expect(await blocked()).toEqual(['globex/outbound', 'initech/inbound']);
  });

  test('does what one command says, and nothing when it comes again', async () => {
    const [block, open] = [commandOf('acme/inbound#4 block', 'cut-now'), commandOf('globex/outbound#2 open')];
    expect([await target.apply(block), await target.apply(block)]).toEqual([0, 0]);
    expect(await blocked()).toEqual(['acme/inbound', 'globex/outbound', 'initech/inbound']);
    expect([await target.apply(open), await target.apply(open)]).toEqual([0, 0]);
    expect(await blocked()).toEqual(['acme/inbound', 'initech/inbound']);
  });

  test('refuses what it cannot be told, and says when it has come back, with nothing until it is given everything', async () => {
    await subject.kill();
    await expect(target.apply(commandOf('acme/inbound#5 open'))).rejects.toThrow();
    await expect(target.applyAll([])).rejects.toThrow();
    const before = comings;
    await subject.startAnew();
    await untilCome(before + 1);
    expect(await blocked()).toEqual([]);
    await target.applyAll([commandOf('initech/inbound#1 block')]);
    expect(await blocked()).toEqual(['initech/inbound']);
  });
});
