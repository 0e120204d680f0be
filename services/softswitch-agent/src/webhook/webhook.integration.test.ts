import { setTimeout as delay } from 'node:timers/promises';
import { startReceiver } from '../../../../infra/webhook/receiver';
import type { Receiver } from '../../../../infra/webhook/receiver';
import { silent } from '../calls/fake-ledger.test-support';
import { commandOf } from '../commands/commands.test-support';
import { followSwitch } from '../commands/follow-switch';
import { createLatestCommands } from '../commands/latest-commands';
import { connectWebhook } from './webhook';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

const receive = async (options: Parameters<typeof startReceiver>[0] = {}): Promise<Receiver> => {
  const receiver = await startReceiver(options);
  stops.push(receiver.stop);
  return receiver;
};

const follow = (place: { url: string; authorization?: string }) => {
  const latest = createLatestCommands();
  const acknowledged: string[] = [];
  const followed = followSwitch(connectWebhook({ switchId: 'hook', ...place }, silent), {
    latest,
    acknowledge: (_switchId, { commandId }, { result, callsCut }) =>
      acknowledged.push(`${commandId} ${result} ${String(callsCut)}`),
    logger: silent,
  });
  stops.push(followed.stop);
  const offer = (...texts: string[]): void => {
    texts
      .map((text) => commandOf(text, 'cut-now'))
      .filter(latest.take)
      .forEach(followed.offer);
  };
  return { offer, acknowledged, followed };
};

const until = async (what: string, isSo: () => boolean): Promise<void> => {
  for (const deadline = Date.now() + 10_000; !isSo();) {
    if (Date.now() > deadline) throw new Error(`in vain: ${what}`);
    await delay(10);
  }
};

test('a switch is given everything, then each command as it comes, and says how many calls it has ended', async () => {
  const calls = ['acme', 'acme', 'globex'].map((accountId) => ({ accountId, direction: 'inbound' }));
  const receiver = await receive({ calls });
  const { offer, acknowledged, followed } = follow(receiver);
  offer('acme/inbound#1 block', 'acme/outbound#2 block');
  await delay(50);
  expect(receiver.told).toEqual([]);
  followed.begin();
  await until('it has everything', followed.isUpToDate);
  offer('acme/inbound#3 open');
  await until('it is told', () => acknowledged.length === 3);
  offer('globex/inbound#1 block');
  await until('it is told', () => acknowledged.length === 4);
  expect(receiver.told).toEqual([
    'all: acme/inbound#1 block, acme/outbound#2 block',
    'acme/inbound#3 open',
    'globex/inbound#1 block',
  ]);
  expect(acknowledged).toEqual([
    'acme/inbound#1 block applied 2',
    'acme/outbound#2 block applied 0',
    'acme/inbound#3 open applied 0',
    'globex/inbound#1 block applied 1',
  ]);
  expect([receiver.blocked(), calls]).toEqual([['acme/outbound', 'globex/inbound'], []]);
});

test('what it does not take is tried until it does, in order, and the newest alone', async () => {
  const receiver = await receive();
  const { offer, acknowledged, followed } = follow(receiver);
  followed.begin();
  await until('it has everything', followed.isUpToDate);
  receiver.fail(3);
  offer('acme/inbound#1 block');
  await delay(150);
  offer('acme/inbound#2 open', 'acme/inbound#3 block');
  await until('it is told', () => receiver.blocked().length > 0);
  expect(receiver.told.slice(1)).toEqual(['all: acme/inbound#3 block']);
  await until('it is acknowledged', () => acknowledged.includes('acme/inbound#3 block applied 0'));
});

test('one that starts anew is given everything again before any command', async () => {
  const before = await startReceiver();
  const { offer, followed } = follow(before);
  followed.begin();
  offer('acme/inbound#1 block');
  await until('it has everything', () => before.blocked().length > 0);
  await before.stop();
  const after = await receive({ port: before.port });
  offer('acme/outbound#2 block');
  await until('it has everything', () => after.blocked().length === 2);
  expect(after.told[0]).toBe('all: acme/inbound#1 block, acme/outbound#2 block');
  await until('it is up to date', followed.isUpToDate);
});

test('one that started anew unnoticed refuses a command, and is given everything', async () => {
  const before = await startReceiver();
  const { offer, followed } = follow(before);
  followed.begin();
  offer('acme/inbound#1 block');
  await until('it has everything', () => followed.isUpToDate() && before.blocked().length > 0);
  await before.stop();
  const after = await receive({ port: before.port });
  const begun = Date.now();
  offer('globex/inbound#1 block');
  await until('it has everything', () => after.blocked().length === 2);
  expect(Date.now() - begun).toBeLessThan(800);
});

test('an agent that starts anew ends no call for what the switch has done already', async () => {
  const calls = [{ accountId: 'acme', direction: 'inbound' }];
  const receiver = await receive({ calls });
  const first = follow(receiver);
  first.followed.begin();
  first.offer('acme/inbound#1 block');
  await until('the call is cut', () => calls.length === 0);
  await first.followed.stop();
  calls.push({ accountId: 'acme', direction: 'inbound' });
  const second = follow(receiver);
  second.offer('acme/inbound#1 block');
  second.followed.begin();
  await until('it has everything', second.followed.isUpToDate);
  expect([calls.length, second.acknowledged]).toEqual([1, ['acme/inbound#1 block applied 0']]);
});

test('one that wants a header is told with it, and not without', async () => {
  const receiver = await receive({ authorization: 'Bearer of-news' });
  const known = follow({ ...receiver, authorization: 'Bearer of-news' });
  const unknown = follow(receiver);
  for (const { followed } of [known, unknown]) followed.begin();
  await until('it has everything', known.followed.isUpToDate);
  await delay(100);
  expect(unknown.followed.isUpToDate()).toBe(false);
});
