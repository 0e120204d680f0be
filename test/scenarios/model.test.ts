import { startBroker } from '../../infra/kafka/broker';
import { get, post, put, readAll, send } from './support/api';
import type { Answer, Fields } from './support/api';
import { jsonOf, untilReady } from './support/kafka-observer';
import { commandsByAccount, outsideOf, startOnKafka, untilConsumed } from './support/kafka-scenario';
import { openCommandStream } from './support/command-stream';
import type { Command } from './support/command-stream';
import { createOracle } from './support/oracle';
import type { Call, Expected, Message, Oracle } from './support/oracle';
import { createRandomMessages, modelSeed } from './support/random-messages';
import type { Random } from './support/random-messages';
import { setUps } from './support/set-ups';
import { pathOf } from './support/story';
import { createDataFolder } from './support/tollgate-process';
import { until } from './support/until';
import { lastPosition, readWholeState } from './support/whole-state';

const seed = modelSeed();

const entryCalls: Call[] = ['payment', 'payment', 'usage', 'usage', 'usage', 'adjustment', 'reversal'];
const everyCall: Call[] = [...entryCalls, ...entryCalls, 'rule', 'rule', 'open'];

const invalid: Expected = { status: 400, code: 'INVALID_REQUEST' };

const expectedOf = (oracle: Oracle, message: Random): Expected =>
  message.garbage === undefined ? oracle.apply(message) : invalid;

const summaryOf = (status: number, { code, revision }: Fields): Expected => ({
  status,
  ...(code !== undefined && { code: code as string }),
  ...(revision !== undefined && { revision: revision as number }),
});

const sendSingle = async (url: string, message: Random): Promise<{ seen: Expected; body: Fields }> => {
  const [method, path] =
    message.call === 'rule' ? ['PUT', `/v1/accounts/${message.accountId}/cutoff`] : ['POST', pathOf[message.call]];
  const body = message.garbage ?? JSON.stringify(message.body);
  const answer: Answer = await send(url, { method, path, headers: { 'content-type': 'application/json' }, body });
  const answered = JSON.parse(answer.text) as Fields;
  return { seen: summaryOf(answer.status, answered), body: answered };
};

const lineOf = ({ call, body, garbage }: Random): string =>
  garbage === undefined ? JSON.stringify({ kind: call, ...body }) : garbage.replace('{', `{"kind":"${call}",`);

const sendBatch = async (url: string, messages: readonly Random[]): Promise<Expected[]> => {
  const headers = { 'content-type': 'application/x-ndjson' };
  const answer = await send(url, { method: 'POST', path: '/v1/batch', headers, body: messages.map(lineOf).join('\n') });
  return answer.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Fields)
    .map((body) => summaryOf(body['status'] as number, body));
};

const shortCommand = ({ type, direction, sequence, exhausted, balances, cause }: Command) => ({
  type,
  direction,
  sequence,
  exhausted,
  balances,
  revision: cause.revision,
});

/** What was seen of all accounts, and of who was blocked, when the log ended at a position. */
type Seen = { position: string; accounts: Fields[]; blocked: Fields[] };

/** Every balance, rule in force, traffic state and command, against the oracle. */
const expectSame = async (url: string, oracle: Oracle): Promise<Seen> => {
  const { accounts, histories, commands, blocked } = await readWholeState(url);
  expect(accounts.map(({ accountId, balances, revision }) => ({ accountId, balances, revision }))).toEqual(
    [...oracle.partners].sort().map(([accountId, partner]) => ({
      accountId,
      balances: oracle.textsOf(partner),
      revision: partner.lastRevision,
    })),
  );
  expect(histories.map((history) => history.length)).toEqual(accounts.map(({ revision }) => (revision as number) + 1));
  const blockedNow = [...oracle.partners]
    .sort()
    .flatMap(([accountId, partner]) =>
      (['inbound', 'outbound'] as const)
        .filter((direction) => partner.blocked[direction])
        .map((direction) => `${accountId}/${direction}`),
    );
  expect(blocked.map(({ accountId, direction }) => `${accountId as string}/${direction as string}`)).toEqual(
    blockedNow,
  );
  for (const [accountId, partner] of oracle.partners)
    expect(
      commands
        .map(({ command }) => command)
        .filter((command) => command.accountId === accountId)
        .map(shortCommand),
    ).toEqual(partner.commands);
  return { position: String(await lastPosition(url)), accounts, blocked };
};

/** The past is as it was seen when it was the present. */
const expectPast = async (url: string, { position, accounts, blocked }: Seen): Promise<void> => {
  const then = await readAll(url, `/v1/accounts?atPosition=${position}`);
  expect(then).toEqual(accounts.map((account) => ({ ...account, asOf: { atPosition: position } })));
  const blockedThen = await readAll(url, `/v1/traffic-control?atPosition=${position}`);
  const inOrder = (items: readonly Fields[]) =>
    items.map((item) => JSON.stringify(item, Object.keys(item).sort())).sort();
  expect(inOrder(blockedThen)).toEqual(inOrder(blocked));
};

/** On the event store by `npm run proof:set-ups`, and where somebody runs this file alone: it takes as long again. */
const places = process.env['CI'] === 'true' ? setUps.slice(0, 1) : setUps;

describe.each(places)(`Tollgate and its oracle agree, $name (MODEL_SEED=${String(seed)} replays)`, ({ start }) => {
  it('over HTTP, message by message and in batches: every answer, balance and command', async () => {
    const { url } = await start({ data: await createDataFolder() });
    const oracle = createOracle();
    const random = createRandomMessages(seed, oracle);
    for (const opening of random.openings())
      expect((await sendSingle(url, opening)).seen).toEqual(oracle.apply(opening));
    const seen: Seen[] = [];
    for (let step = 0; step < 150; step += 1) {
      if (random.chance(0.5)) {
        const message = random.next(everyCall);
        const { seen: answer } = await sendSingle(url, message);
        expect({ message, answer }).toEqual({ message, answer: expectedOf(oracle, message) });
      } else {
        const batch = Array.from({ length: 1 + random.below(40) }, () => {
          const message = random.next(entryCalls);
          return { message, answer: expectedOf(oracle, message) };
        });
        const answers = await sendBatch(
          url,
          batch.map(({ message }) => message),
        );
        expect(answers.map((answer, index) => ({ message: batch[index]?.message, answer }))).toEqual(batch);
      }
      if (step % 25 === 0) seen.push(await expectSame(url, oracle));
    }
    seen.push(await expectSame(url, oracle));
    for (const each of seen) await expectPast(url, each);
  });

  it('over Kafka, with rules and corrections by HTTP between: every balance, command and rejection', async () => {
    const broker = await startBroker();
    const parts = outsideOf(broker, 'model.');
    const tollgate = await startOnKafka(broker.brokers, {
      data: await createDataFolder(),
      prefix: 'model.',
      starter: start,
    });
    const { url } = tollgate;
    await untilReady(url);
    const [rejected, trafficControl] = await Promise.all([
      parts.outside.read(parts.topics.rejected),
      parts.outside.read(parts.topics.trafficControl),
    ]);
    const oracle = createOracle();
    const random = createRandomMessages(seed, oracle);
    for (const opening of random.openings())
      expect((await sendSingle(url, opening)).seen).toEqual(oracle.apply(opening));
    const refusals: string[] = [];
    for (let round = 0; round < 14; round += 1) {
      const call: Call = round % 2 === 0 ? 'payment' : 'usage';
      const messages = Array.from({ length: 20 + random.below(60) }, () => {
        const message = random.next([call]);
        const value = message.garbage ?? JSON.stringify(message.body);
        const { code } = expectedOf(oracle, message);
        if (code !== undefined) refusals.push(`${code} ${value}`);
        return { key: message.accountId, value };
      });
      await parts.outside.send(call === 'payment' ? parts.topics.payments : parts.topics.usage, messages);
      await untilConsumed(parts, 'model.group');
      for (let count = 0; count < 5; count += 1) {
        const message = random.next(['rule', 'adjustment', 'reversal']);
        const { seen } = await sendSingle(url, message);
        expect({ message, answer: seen }).toEqual({ message, answer: expectedOf(oracle, message) });
      }
    }
    await expectSame(url, oracle);
    const rejections = () =>
      rejected.messages.map(jsonOf).map(({ code, payload }) => `${code as string} ${payload as string}`);
    await until('all rejections', () => rejections().length >= refusals.length);
    expect(rejections().sort()).toEqual(refusals.sort());
    const expectedCount = [...oracle.partners.values()].reduce((sum, { commands }) => sum + commands.length, 0);
    await trafficControl.untilCount(expectedCount);
    for (const [accountId, commands] of commandsByAccount(trafficControl.messages))
      expect(commands.map(shortCommand)).toEqual(oracle.partners.get(accountId)?.commands);
    await tollgate.kill();
    await parts.outside.close();
    await broker.stop();
  });
});

describe.each(places)('several writers at once, $name', ({ start }) => {
  it('the same ids sent from many connections count once, and all are told the same', async () => {
    const { url } = await start({ data: await createDataFolder() });
    const oracle = createOracle();
    const opening: Message = {
      call: 'open',
      accountId: 'busy',
      body: { accountId: 'busy', currency: 'EUR', cutoff: { balances: ['inbound'] } },
    };
    const openings = await Promise.all(Array.from({ length: 8 }, () => post(url, '/v1/accounts', opening.body)));
    expect(openings.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
    oracle.apply(opening);
    const rounds = Array.from({ length: 40 }, (_, round) => {
      const call: Call = round % 2 === 0 ? 'payment' : 'usage';
      return {
        call,
        accountId: 'busy',
        body: {
          [`${call}Id`]: `e${String(round)}`,
          accountId: 'busy',
          direction: 'inbound',
          amount: '1',
          currency: 'EUR',
        },
      };
    });
    const stream = await openCommandStream(url, { path: '/v1/traffic-control?from=start' });
    for (const message of rounds) {
      const batch = async (): Promise<Expected> => (await sendBatch(url, [message, message]))[0] ?? invalid;
      const single = async (): Promise<Expected> => (await sendSingle(url, message)).seen;
      const answers = await Promise.all([single(), batch(), single(), batch(), single(), single(), batch(), single()]);
      const { revision } = oracle.apply(message);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
      expect(answers.map((answer) => answer.revision)).toEqual(answers.map(() => revision));
    }
    await stream.untilOf('busy', 41);
    stream.close();
    await expectSame(url, oracle);
  });

  it('of two contents under one id sent at once, one counts and the other is a conflict', async () => {
    const { url } = await start({ data: await createDataFolder() });
    await post(url, '/v1/accounts', { accountId: 'torn', currency: 'EUR' });
    let total = 0;
    for (let round = 0; round < 30; round += 1) {
      const body = { paymentId: `p${String(round)}`, accountId: 'torn', direction: 'inbound', currency: 'EUR' };
      const answers = await Promise.all(
        [1, 2, 3, 4].map((amount) => post(url, '/v1/payments', { ...body, amount: String(amount) })),
      );
      const winner = answers.findIndex(({ status }) => status === 201);
      total += winner + 1;
      expect(
        answers.map(({ body: answered }) => answered['code']).filter((code) => code === 'ID_CONFLICT'),
      ).toHaveLength(3);
    }
    const rule = await put(url, '/v1/accounts/torn/cutoff', { balances: ['inbound'] });
    const { body } = await get(url, `/v1/accounts/torn?minPosition=${rule.body['position'] as string}`);
    expect((body['balances'] as Fields)['inbound']).toBe(String(total));
  });
});
