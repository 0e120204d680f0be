import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { get, openPrepaid } from './support/api';
import { jsonOf, untilReady } from './support/kafka-observer';
import { outsideOf, startOnKafka } from './support/kafka-scenario';
import { createDataFolder } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { contentOf } from './support/topic-content';
import { until } from './support/until';

type Template = { path: string; type: string; value: string; mandatory?: boolean };
type Exporter = { id: string; filters: string[]; fields: Template[]; opts: { kafkaTopic: string } };
type Event = Record<string, string>;

const folder = resolve(__dirname, '../../infra/cgrates');
const { ees } = JSON.parse(readFileSync(join(folder, 'exporters.json'), 'utf8')) as { ees: { exporters: Exporter[] } };

/** As its sources have them: the converter behind a field, in braces. */
const converters: Readonly<Record<string, (value: string, argument: string) => string>> = {
  '*round': (value, digits) => String(Number(Number(value).toFixed(Number(digits)))),
  '*timestring': (value) => new Date(value).toISOString().replace(/\.\d+Z$/, 'Z'),
};

const valueOf = (value: string, event: Event): string => {
  const [, name, converter, argument = ''] = /^~\*req\.(\w+)(?:\{(\*\w+):(.*)\})?$/.exec(value) ?? [];
  if (name === undefined) return value;
  const found = event[name] ?? '';
  return converter === undefined || found === '' ? found : (converters[converter]?.(found, argument) ?? found);
};

const passes = ({ filters }: Exporter, event: Event): boolean =>
  filters.every((filter) => {
    const [, name = '', wanted] = /^\*string:~\*req\.(\w+):(.*)$/.exec(filter) ?? [];
    return event[name] === wanted;
  });

/** What `*kafka_json_map` sends of a CDR: a flat object of texts; `*composed` adds to what stands there. Nothing if something mandatory is missing. */
const exported = (event: Event): { key: string; value: string }[] =>
  ees.exporters
    .filter((exporter) => passes(exporter, event))
    .flatMap(({ fields }) => {
      const message: Event = {};
      for (const { path, type, value, mandatory } of fields) {
        const text = valueOf(value, event);
        if (mandatory === true && text === '') return [];
        const name = path.replace('*exp.', '');
        message[name] = type === '*composed' ? (message[name] ?? '') + text : text;
      }
      return [{ key: `${String(event['CGRID'])}:${String(event['RunID'])}`, value: JSON.stringify(message) }];
    });

const cdr = (fields: Event): Event => ({
  ...{
    CGRID: '9b1d3b0ac9a1be4a0b7e3f2c3f8b6d1c22a0f00d',
    RunID: '*default',
    ToR: '*voice',
    OriginID: '7d1@sbc1.example.net',
  },
  ...{ Account: 'acme', Supplier: 'globex', Subject: '+31201234567', Destination: '+442079460000' },
  ...{ AnswerTime: '2026-01-31T12:00:00Z', Usage: '60s', Cost: '0.1' },
  ...fields,
});

const prefix = 'tollgate.';
let broker: Broker;
let parts: ReturnType<typeof outsideOf>;
let tollgate: Tollgate;

beforeAll(async () => {
  broker = await startBroker();
  parts = outsideOf(broker, prefix);
  tollgate = await startOnKafka(broker.brokers, { data: await createDataFolder(), prefix });
  await untilReady(tollgate.url);
  await openPrepaid(tollgate.url, ['acme', 'globex']);
});
afterAll(async () => {
  await tollgate.kill();
  await parts.outside.close();
  await broker.stop();
});

const balanceOf = async (accountId: string, balance: string): Promise<unknown> =>
  ((await get(tollgate.url, `/v1/accounts/${accountId}`)).body['balances'] as Record<string, unknown>)[balance];

test('what CGRateS rated is usage, each leg once, floats and all; what it could not rate is kept with the reason', async () => {
  const events = [
    cdr({ Cost: '0.30000000000000004' }),
    cdr({ RunID: 'supplier', Cost: '0.21' }),
    cdr({ CGRID: 'unrated', Cost: '-1' }),
    cdr({ CGRID: 'unanswered', AnswerTime: '' }),
    cdr({ CGRID: 'text', ToR: '*sms' }),
  ];
  const messages = events.flatMap(exported);
  expect(new Set(ees.exporters.map(({ opts }) => opts.kafkaTopic))).toEqual(new Set([parts.topics.usage]));
  expect(messages).toHaveLength(3);
  // Exported again, as after a failure.
  await parts.outside.send(parts.topics.usage, [...messages, ...messages.slice(0, 2)]);
  await until('the legs are charged', async () => (await balanceOf('globex', 'outbound')) === '-0.21');
  const refused = await until('the other is refused', async () => {
    const found = await contentOf(parts, parts.topics.rejected);
    return found.length > 0 && found;
  });
  expect(refused.map(jsonOf)).toEqual([
    expect.objectContaining({ code: 'INVALID_REQUEST', detail: expect.stringContaining('amount') as string }),
  ]);
  expect(await balanceOf('acme', 'inbound')).toBe('-0.3');
});
