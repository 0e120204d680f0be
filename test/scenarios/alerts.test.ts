import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBroker } from '../../infra/kafka/broker';
import { startPostgres } from '../../infra/postgres/server';
import { startReceiver } from '../../infra/webhook/receiver';
import { post, send } from './support/api';
import { readme, root } from './support/readme';
import { createDataFolder, spawnTollgate, startTollgate } from './support/tollgate-process';
import { until } from './support/until';

const rules = readFileSync(join(root, 'infra/prometheus/rules.yml'), 'utf8');
const metricsIn = (text: string): string[] => [...new Set(text.match(/\btollgate_[a-z_]+\b/g))].sort();
const conditions = [...rules.matchAll(/^ +expr: (.+)$/gm)].map(([, expression = '']) => expression);

/** Everything that a Tollgate and its agent may do, for each tells of what it does. */
const startAll = async () => {
  const folder = await createDataFolder();
  const [broker, postgres, hook] = await Promise.all([startBroker(), startPostgres(), startReceiver()]);
  await postgres.createDatabase('reports');
  const example = join(root, 'infra/kamailio/example');
  const { url } = await startTollgate({
    data: join(folder, 'data'),
    brokers: broker.brokers,
    flags: ['--decks', join(example, 'decks'), '--rater', join(example, 'partners.json')],
    environment: {
      DATABASE_URL: postgres.url('reports'),
      TOLLGATE_SIGNING_KEY: join(folder, 'keys', 'key.pem'),
      TOLLGATE_WITNESSES: 'http://127.0.0.1:1 witness.example/w1+eb762cc2+BNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea',
      SWITCHES: 'hook',
    },
  });
  const file = join(folder, 'agent.json');
  writeFileSync(file, JSON.stringify({ switches: [{ switchId: 'hook', webhook: { url: hook.url } }] }));
  const agent = spawnTollgate(['agent', file, '--url', url, '--port', '0', '--state', join(folder, 'agent')]);
  const agentUrl = await until('the agent listens', () => / listens on (http:\S+?),/.exec(agent.output())?.[1]);
  const stop = async (): Promise<void> => {
    await Promise.all([broker.stop(), postgres.stop(), hook.stop()]);
  };
  return { url, agentUrl, stop };
};

const readMetrics = async (url: string): Promise<string> => (await send(url, { method: 'GET', path: '/metrics' })).text;

test('every alert has a condition and says what it means', () => {
  const alerts = rules.split(/^ +- alert: /m).slice(1);
  expect(alerts.length).toBe(conditions.length);
  expect(alerts.filter((alert) => !/^ +summary: .{20}/m.test(alert))).toEqual([]);
});

test('there is an alert on each metric that the README says to watch', () => {
  const figures = ['tollgate_reader', 'tollgate_verify', 'tollgate_log_position', 'tollgate_reporting_position'];
  const counted = ['tollgate_authorized_calls', 'tollgate_unsettled_calls', 'tollgate_checkpoint_events'];
  const rated = ['tollgate_rater_cdrs_total', 'tollgate_rater_usage_total'];
  const watched = metricsIn(readme).filter((name) => ![...figures, ...counted, ...rated].includes(name));
  expect(watched.filter((name) => !conditions.some((expression) => expression.includes(name)))).toEqual([]);
});

test('each metric in the rules is one of a Tollgate that runs, or of its agent, with the labels that a condition names', async () => {
  const { url, agentUrl, stop } = await startAll();
  const deck = { currency: 'EUR', deck: 'retail', callee: '441234' };
  await post(url, '/v1/accounts', { accountId: 'acme', currency: 'EUR', cutoff: { balances: ['inbound'] } });
  const paid = { paymentId: 'p-1', accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' };
  await post(url, '/v1/payments', paid);
  const asked = { authorizationId: 'c-1', accountId: 'acme', direction: 'inbound', ...deck };
  expect((await post(url, '/v1/authorizations', asked)).status).toBe(201);
  const metrics = (await readMetrics(url)) + (await readMetrics(agentUrl));
  const there = new Set([...metrics.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name));
  expect(conditions.flatMap(metricsIn).filter((name) => !there.has(name))).toEqual([]);
  const grouped = [...rules.matchAll(/by \(([a-z, ]+)\) \((?:\w+\()?(tollgate_\w+)/g)];
  const labels = grouped.flatMap(([, names = '', metric = '']) =>
    names.split(', ').map((label) => [metric, label] as const),
  );
  const samples = labels.filter(([metric]) => new RegExp(`^${metric}\\{`, 'm').test(metrics));
  const without = samples.filter(
    ([metric, label]) => !new RegExp(`^${metric}\\{[^}]*\\b${label}="`, 'm').test(metrics),
  );
  expect([samples.length > 4, without]).toEqual([true, []]);
  expect(metrics).toMatch(/^tollgate_relay_waiting_seconds\{relay="traffic-control"\} /m);
  await stop();
}, 120_000);
