import { isDeepStrictEqual } from 'node:util';
import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { get, openPrepaid, post, postBatch, put, send } from './support/api';
import type { Fields } from './support/api';
import { openCommandStream } from './support/command-stream';
import { untilReady } from './support/kafka-observer';
import { outsideOf, sendEntries, startOnKafka, untilConsumed, untilPublished } from './support/kafka-scenario';
import { startRoleProcesses } from './support/role-processes';
import type { Role, RoleProcesses } from './support/role-processes';
import { newDatabase, newStoreLedger } from './support/set-ups';
import type { Database } from './support/set-ups';
import { createDataFolder, spawnTollgate, startTollgate } from './support/tollgate-process';
import { entriesOf } from './support/traffic-load';
import { until } from './support/until';
import { readWholeState, recordedIds } from './support/whole-state';

const prefix = 'roles.';
const accounts = ['north', 'south', 'east', 'west'];

let broker: Broker;
let ledger: NodeJS.ProcessEnv;
let database: Database;
let tollgate: RoleProcesses;
let parts: ReturnType<typeof outsideOf>;

beforeAll(async () => {
  let store: NodeJS.ProcessEnv;
  [broker, store, database] = await Promise.all([startBroker(), newStoreLedger(), newDatabase()]);
  ledger = { ...store, DATABASE_URL: database.url };
  parts = outsideOf(broker, prefix);
  const starter = async (options: Parameters<typeof startRoleProcesses>[0]) =>
    (tollgate = await startRoleProcesses(options));
  await startOnKafka(broker.brokers, { data: '', prefix, environment: ledger, starter });
  await untilReady(tollgate.url);
  await openPrepaid(tollgate.url, accounts);
});
afterAll(async () => {
  await tollgate.kill();
  await parts.outside.close();
  await broker.stop();
});

const membersOf = (role: Role) => tollgate.processes.filter((member) => member.role === role);
const urlOf = (role: Role, index = 0): string => membersOf(role)[index]?.tollgate.url ?? '';

const payment = (paymentId: string, accountId: string, amount = '1') => ({
  ...{ paymentId, accountId, amount },
  ...{ direction: 'inbound', currency: 'EUR' },
});
const pay = async (intake: string, body: object): Promise<string> => {
  const answer = await post(intake, '/v1/payments', body);
  expect(answer.status).toBe(201);
  return answer.body['position'] as string;
};

describe('what a process answers', () => {
  it.each<[Role, Role]>([
    ['decide', 'intake'],
    ['publish', 'intake'],
    ['api', 'intake'],
    ['reporting', 'intake'],
  ])('%s leaves what is written to %s, and says so', async (role, serving) => {
    const refusals = [
      await post(urlOf(role), '/v1/payments', payment('lost', 'north')),
      await post(urlOf(role), '/v1/batch?dryRun=true', {}),
      await put(urlOf(role), '/v1/accounts/north/cutoff', { balances: [] }),
    ];
    for (const { status, headers, body } of refusals) {
      expect(status).toBe(421);
      expect(headers['content-type']).toContain('application/problem+json');
      expect(body).toMatchObject({ code: 'WRONG_ROLE', status: 421 });
      expect(body['detail']).toContain(`is served by the role ${serving}; this process runs ${role}`);
    }
  });

  it.each<Role>(['intake', 'decide', 'publish', 'reporting'])('%s leaves what is read to api', async (role) => {
    for (const path of ['/v1/accounts', '/v1/accounts/north', '/v1/accounts/north/history', '/v1/traffic-control'])
      expect(await get(urlOf(role), path)).toMatchObject({ status: 421, body: { code: 'WRONG_ROLE' } });
    await expect(openCommandStream(urlOf(role))).rejects.toThrow('421');
    expect((await get(urlOf('api'), '/v1/accounts/north')).status).toBe(200);
  });

  it.each<[Role, string[], RegExp[]]>([
    [
      'intake',
      ['event log', 'account table', 'history', 'kafka'],
      [/tollgate_intake_queued/, /tollgate_kafka_ready 1/],
    ],
    ['decide', ['event log', 'account table', 'history'], []],
    [
      'publish',
      ['account table', 'history', 'traffic-control relay', 'rejected relay'],
      [/tollgate_relay_waiting_seconds/],
    ],
    ['api', ['account table', 'history'], []],
    ['reporting', ['account table', 'history', 'reporting'], [/tollgate_reporting_position/]],
  ])('%s tells of the parts that run in it, and of no other', async (role, names, metrics) => {
    const url = urlOf(role);
    const { status, body } = await get(url, '/readyz');
    const all = [...names, 'decisions'];
    expect({ status, all: (body['parts'] as Fields[]).map(({ name }) => name) }).toEqual({ status: 200, all });
    const { text } = await send(url, { method: 'GET', path: '/metrics' });
    const ofRoles = [...text.matchAll(/^tollgate_(intake|kafka|relay|reporting)\w*/gm)].map(([name]) => name);
    for (const metric of metrics) expect(text).toMatch(metric);
    if (metrics.length === 0) expect(ofRoles).toEqual([]);
    expect(text).toMatch(/^tollgate_log_position \d+$/m);
    expect((await get(url, '/healthz')).status).toBe(200);
    expect((await get(url, '/openapi.json')).status).toBe(200);
  });
});

describe('what one process wrote, another reads', () => {
  it('with the position of an intake the API has balances and the decisions of another process, every time', async () => {
    for (let round = 0; round < 30; round += 1) {
      const amount = round % 2 === 0 ? '2' : '-2';
      const { body } = await post(urlOf('intake', round % 2), '/v1/adjustments', {
        ...{ adjustmentId: `a${String(round)}`, accountId: 'north', direction: 'inbound', amount, currency: 'EUR' },
        ...{ reason: 'turned', actor: 'ann' },
      });
      const minPosition = body['position'] as string;
      const blocked = await get(urlOf('api'), `/v1/traffic-control?minPosition=${minPosition}`);
      const isBlocked = (blocked.body['items'] as Fields[]).some(({ accountId }) => accountId === 'north');
      const account = await get(urlOf('api'), `/v1/accounts/north?minPosition=${minPosition}`);
      expect({ round, isBlocked, account: account.body }).toMatchObject({
        isBlocked: round % 2 === 1,
        account: { balances: { inbound: round % 2 === 0 ? '2' : '0' }, traffic: { inbound: { sequence: round + 2 } } },
      });
    }
  });

  it('several that decide make each decision once and are quiet about it', () => {
    expect(membersOf('decide')).toHaveLength(2);
    for (const { tollgate: decider } of membersOf('decide'))
      expect(decider.output()).not.toMatch(/"level":"(warn|error)"/);
  });

  it('while nobody decides, a read that would have to know the decision is answered READ_MODEL_BEHIND after 5 s', async () => {
    const deciders = membersOf('decide');
    await Promise.all(deciders.map((member) => member.tollgate.stop()));
    const position = await pay(urlOf('intake'), payment('undecided', 'south', '3'));
    const startedAt = Date.now();
    const [account, blocked] = await Promise.all([
      get(urlOf('api'), `/v1/accounts/south?minPosition=${position}`),
      get(urlOf('api'), `/v1/traffic-control?minPosition=${position}`),
    ]);
    expect(account).toMatchObject({ status: 503, body: { code: 'READ_MODEL_BEHIND' } });
    expect(blocked).toMatchObject({ status: 503, body: { code: 'READ_MODEL_BEHIND' } });
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(4_900);
    expect((await get(urlOf('api'), '/v1/accounts/south')).body).toMatchObject({ balances: { inbound: '3' } });
    await Promise.all(deciders.map(tollgate.startAgain));
    expect((await get(urlOf('api'), `/v1/accounts/south?minPosition=${position}`)).body).toMatchObject({
      traffic: { inbound: { state: 'open', sequence: 2 } },
    });
  });

  it('a Last-Event-ID from before the API was started anew is gone on after', async () => {
    const stream = await openCommandStream(urlOf('api'), { path: '/v1/traffic-control?from=start' });
    await until('the commands there are', () => stream.of('south').length === 2);
    stream.close();
    const [api] = membersOf('api');
    await api?.tollgate.stop();
    const { amount: _amount, ...entry } = payment('p-east', 'east');
    const position = await pay(urlOf('intake'), { ...entry, amount: '1' });
    if (api !== undefined) await tollgate.startAgain(api);
    const seen = stream.events.at(-1)?.id ?? '';
    const resumed = await openCommandStream(urlOf('api'), { lastEventId: seen });
    const [command] = await resumed.untilOf('east', 1);
    expect(command).toMatchObject({ type: 'UnblockTraffic', cause: { type: 'PaymentRecorded' } });
    expect(resumed.events.every(({ id }) => BigInt(id) > BigInt(seen))).toBe(true);
    resumed.close();
    expect((await get(urlOf('api'), `/v1/accounts/east?minPosition=${position}`)).status).toBe(200);
  });
});

describe('several that take in', () => {
  it('are told the same of one id, and keep the order of a batch each', async () => {
    const lines = Array.from({ length: 50 }, (_, index) => ({
      kind: 'payment',
      ...payment(`twice-${String(index)}`, accounts[index % 4] ?? '', '0.5'),
    }));
    const [here, there] = await Promise.all([0, 1].map((index) => postBatch(urlOf('intake', index), lines)));
    const placeOf = ({ id, position }: Fields) => ({ id, position });
    expect(here?.map(placeOf)).toEqual(there?.map(placeOf));
    for (const [index, answer] of (here ?? []).entries())
      expect([answer['status'], there?.[index]?.['status']].sort()).toEqual([200, 201]);
  });

  it('share the messages of one consumer group, and publish what they cause', async () => {
    const messages = entriesOf(accounts, 0, 2_000);
    await sendEntries(parts, messages);
    await untilConsumed(parts, `${prefix}group`);
    const admin = parts.outside.kafka.admin();
    await admin.connect();
    const { groups } = await admin.describeGroups([`${prefix}group`]);
    expect(groups[0]?.members).toHaveLength(2);
    await admin.disconnect();
    const state = await readWholeState(tollgate.url);
    const ids = state.histories.flatMap(recordedIds).filter((id) => /^e\d+$/.test(id));
    expect(ids.sort()).toEqual(messages.map((_, index) => `e${String(index)}`).sort());
    const published = await parts.outside.read(parts.topics.trafficControl);
    await untilPublished(published, state.commands.length);
  });
});

describe('commands of the command line', () => {
  const run = async (...args: string[]) => {
    const { exited, output } = spawnTollgate(args, { ...ledger, TOLLGATE_DATA: await createDataFolder() });
    return { code: (await exited).code, output: output() };
  };

  it('write through an intake, which says who shows what was written', async () => {
    const opened = await run('account', 'open', 'globex', '--currency', 'EUR', '--url', urlOf('intake'));
    expect(opened).toMatchObject({ code: 0, output: expect.stringContaining('globex is open.') as string });
    expect(opened.output).toContain('a process with the role api shows it: tollgate account show globex');
    const shown = await run('account', 'show', 'globex', '--url', urlOf('intake'));
    expect(shown).toMatchObject({ code: 1, output: expect.stringContaining('WRONG_ROLE: ') as string });
    expect((await run('account', 'show', 'globex', '--url', urlOf('api'))).output).toContain('Account globex, EUR');
  });

  it('make the reports anew from the event store', async () => {
    const { code, output } = await run('reporting', 'rebuild');
    expect(output).toMatch(/The reports are made anew from [\d,]+ events, up to position \d+\./);
    expect(code).toBe(0);
  });
});

describe('a process that cannot be', () => {
  const serve = async (args: readonly string[], environment: NodeJS.ProcessEnv) => {
    const { exited, output } = spawnTollgate(['serve', '--port', '0', ...args], environment);
    return { code: (await exited).code, output: output() };
  };

  const store = { EVENTSTORE_URL: 'esdb://127.0.0.1:1?tls=false' };

  it.each([
    [['--role', 'api'], {}, 'EVENTSTORE_URL: needed with a role'],
    [['--role', 'api', '--role', 'publish'], store, 'KAFKA_BROKERS: needed with'],
    [['--role', 'api', '--host', '0.0.0.0'], store, 'no access control'],
    [[], { TOLLGATE_ROLES: 'reader' }, 'TOLLGATE_ROLES (--role <list>): must be one of intake'],
  ])('%j ends with 2 and says what is missing', async (args, environment, words) => {
    const { code, output } = await serve(args, environment);
    expect(output).toContain(words);
    expect(code).toBe(2);
  });

  it('is one on the data folder of another: each has its own', async () => {
    const data = membersOf('api')[0]?.tollgate.data ?? '';
    const { code, output } = await serve(['--role', 'decide', '--data', data], ledger);
    expect(output).toContain(`another process is using ${data}`);
    expect(output).toContain('give each process a folder of its own with --data');
    expect(code).toBe(1);
  });

  it('is not one with two roles, each named by a flag', async () => {
    const both = await startTollgate({
      data: await createDataFolder(),
      flags: ['--role', 'api', '--role', 'intake'],
      environment: ledger,
    });
    expect(both.output()).toContain(', as intake, api,');
    const position = await pay(both.url, payment('p-both', 'west', '7'));
    expect((await get(both.url, `/v1/accounts/west?minPosition=${position}`)).status).toBe(200);
    expect(await both.stop()).toEqual({ code: 0, signal: null });
  });
});

const accountsQuery = `select json_object_agg(account_id, json_build_object('inbound', inbound_balance::text,
  'outbound', outbound_balance::text, 'mutual', mutual_balance::text)) from tollgate.accounts`;

describe('when all is done', () => {
  it('no command is doubled or missing', async () => {
    const { commands } = await readWholeState(tollgate.url);
    expect(commands.length).toBeGreaterThan(30);
    for (const accountId of accounts) {
      const sequences = commands.filter(({ command }) => command.accountId === accountId);
      expect(sequences.map(({ command }) => command.sequence)).toEqual(sequences.map((_, index) => index + 1));
    }
  });

  it('the reports that another process keeps say what the API says', async () => {
    const state = await readWholeState(tollgate.url);
    const balances = Object.fromEntries(
      state.accounts.map((account) => [account['accountId'], account['balances']] as [string, Fields]),
    );
    await until('the reports are level', async () =>
      isDeepStrictEqual(JSON.parse(await database.ask(accountsQuery)), balances),
    );
  });
});
