import { startBroker } from '../../infra/kafka/broker';
import type { Broker } from '../../infra/kafka/broker';
import { stories } from './business-stories';
import { get, post, put, readAll } from './support/api';
import type { Fields } from './support/api';
import { expectedCommandId } from './support/command-id';
import { openCommandStream } from './support/command-stream';
import type { Command } from './support/command-stream';
import { createOutside, jsonOf, topicsUnder, untilReady } from './support/kafka-observer';
import type { Outside, TopicReader } from './support/kafka-observer';
import { setUps } from './support/set-ups';
import { bodyOf, eventTypeOf, pathOf } from './support/story';
import type { Step, Story } from './support/story';
import { createDataFolder } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';

/** How payments and calls reach Tollgate, and how its commands are read. */
type Transport = {
  url(): string;
  record(kind: 'payment' | 'usage', body: Fields): Promise<unknown>;
  commandsOf(accountId: string): Command[];
};

const carryOut = async (transport: Transport, step: Step, { accountId, row }: { accountId: string; row: number }) => {
  const body = bodyOf(step, accountId, row);
  if (step.does === 'payment' || step.does === 'usage') return transport.record(step.does, body);
  const answer =
    step.does === 'rule'
      ? await put(transport.url(), `/v1/accounts/${accountId}/cutoff`, body)
      : await post(transport.url(), pathOf[step.does], body);
  expect([200, 201]).toContain(answer.status);
  return undefined;
};

/** The position of the event of a row, once it is recorded: every row records one. */
const recordedAt = (url: string, accountId: string, row: number): Promise<string> =>
  until(`row ${String(row)} of ${accountId} is recorded`, async () => {
    const { status, body } = await get(
      url,
      `/v1/accounts/${accountId}/history?after=${String(row - 1)}&limit=1`.replace('after=-1&', ''),
    );
    const [item] = status === 200 ? (body['items'] as Fields[]) : [];
    return item?.['position'] as string | undefined;
  });

type Expected = { text: string; type: string; direction: string; exhausted: string[]; balances: string; row: number };

const expectedCommands = ({ rows }: Story): Expected[] =>
  rows.flatMap(([, balances, ...commands], row) =>
    commands.map((text) => {
      const [verb, direction, exhausted] = /^(block|unblock) (\w+)(?:: (.+))?$/.exec(text)?.slice(1) ?? [];
      const type = verb === 'block' ? 'BlockTraffic' : 'UnblockTraffic';
      return { text, type, direction: direction ?? '', exhausted: exhausted?.split(',') ?? [], balances, row };
    }),
  );

const textOf = ({ inbound, outbound, mutual }: Command['balances']): string => `${inbound} ${outbound} ${mutual}`;

/** Plays a story row by row, and compares balances, traffic state and every field of every command. */
const play = async (transport: Transport, story: Story, accountId: string): Promise<void> => {
  const { rows } = story;
  const expected = expectedCommands(story);
  const seen: { row: number; balances: string; states: string }[] = [];
  for (const [row, [step]] of rows.entries()) {
    await carryOut(transport, step, { accountId, row });
    const position = await recordedAt(transport.url(), accountId, row);
    const { body } = await get(transport.url(), `/v1/accounts/${accountId}?minPosition=${position}`);
    const traffic = body['traffic'] as Record<'inbound' | 'outbound', { state: string }>;
    const states = `${traffic.inbound.state} ${traffic.outbound.state}`;
    seen.push({ row, balances: textOf(body['balances'] as Command['balances']), states });
  }
  const state = { inbound: 'open', outbound: 'open' };
  const wanted = rows.map(([, balances], row) => {
    for (const { direction, type } of expected.filter((command) => command.row === row))
      state[direction as 'inbound' | 'outbound'] = type === 'BlockTraffic' ? 'blocked' : 'open';
    return { row, balances, states: `${state.inbound} ${state.outbound}` };
  });
  expect(seen).toEqual(wanted);

  await until(`the commands of ${accountId}`, () => transport.commandsOf(accountId).length >= expected.length);
  const history = await readAll(transport.url(), `/v1/accounts/${accountId}/history`);
  expect(transport.commandsOf(accountId)).toEqual(
    expected.map(({ type, direction, exhausted, balances, row }, index) => {
      const [inbound, outbound, mutual] = balances.split(' ');
      const [step] = rows[row] ?? rows[0] ?? [];
      const cause = {
        type: step && eventTypeOf[step.does],
        eventId: history[row]?.['eventId'],
        stream: `account-${accountId}`,
        revision: row,
      };
      return {
        type,
        commandId: expectedCommandId({ accountId, direction, sequence: index + 1 }),
        accountId,
        direction,
        sequence: index + 1,
        exhausted,
        balances: { inbound, outbound, mutual },
        currency: 'EUR',
        cause,
        decidedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      };
    }),
  );
};

const accountIdOf = (index: number): string => `partner-${String(index)}`;
const numbered = stories.map((story, index) => ({ ...story, index }));

/** Plays every story, and at the end makes sure that nothing more came of any of them. */
const describeStories = (transport: Transport): void => {
  it.each(numbered)('$name', async (story) => {
    await play(transport, story, accountIdOf(story.index));
  });

  it('makes no command that no row named', async () => {
    const { body } = await post(transport.url(), '/v1/accounts', {
      accountId: 'last',
      currency: 'EUR',
      cutoff: { balances: ['inbound'] },
    });
    await get(transport.url(), `/v1/accounts/last?minPosition=${body['position'] as string}`);
    await until('the last command', () => transport.commandsOf('last').length > 0);
    const counts = numbered.map(({ index }) => transport.commandsOf(accountIdOf(index)).length);
    expect(counts).toEqual(stories.map((story) => expectedCommands(story).length));
  });
};

let tollgate: Tollgate;

describe.each(setUps)('the business over HTTP, $name', ({ start }) => {
  let commandsOf: (accountId: string) => Command[];

  beforeAll(async () => {
    tollgate = await start({ data: await createDataFolder() });
    const stream = await openCommandStream(tollgate.url);
    commandsOf = stream.of;
  });

  describeStories({
    url: () => tollgate.url,
    record: async (kind, body) => {
      expect((await post(tollgate.url, pathOf[kind], body)).status).toBe(201);
    },
    commandsOf: (accountId) => commandsOf(accountId),
  });
});

describe.each(setUps)('the business over Kafka, $name', ({ start }) => {
  let broker: Broker;
  let outside: Outside;
  let trafficControl: TopicReader;
  const topics = topicsUnder('business.');

  beforeAll(async () => {
    broker = await startBroker();
    tollgate = await start({
      data: await createDataFolder(),
      brokers: broker.brokers,
      flags: ['--kafka-topic-prefix', 'business.'],
    });
    outside = createOutside(broker.brokers);
    await untilReady(tollgate.url);
    trafficControl = await outside.read(topics.trafficControl);
  });
  afterAll(async () => {
    await outside.close();
    await broker.stop();
  });

  /** In the order of their sequence: two directions may lie in two partitions. */
  const commandsOf = (accountId: string): Command[] =>
    trafficControl.messages
      .filter(({ key }) => key?.startsWith(`${accountId}/`))
      .map((message) => jsonOf(message) as Command)
      .sort((one, other) => one.sequence - other.sequence);

  describeStories({
    url: () => tollgate.url,
    record: (kind, body) =>
      outside.send(kind === 'payment' ? topics.payments : topics.usage, [
        { key: body['accountId'] as string, value: JSON.stringify(body) },
      ]),
    commandsOf,
  });
});
