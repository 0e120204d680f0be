import { setTimeout as delay } from 'node:timers/promises';
import { fakeLedger, silent } from '../calls/fake-ledger.test-support';
import { createReleases } from '../calls/releases';
import type { AskMessage, CallMessage } from './messages';
import { createSwitchCalls } from './switch-calls';

const start = (answers: Parameters<typeof fakeLedger>[0] = {}) => {
  const { ledger, told } = fakeLedger(answers);
  const releases = createReleases(ledger, silent);
  const tariffs = () => ({ currency: 'EUR', deck: 'retail' });
  const sent: object[] = [];
  const calls = createSwitchCalls({ ledger, releases, tariffs, limitMs: 100, logger: silent }, (message) => {
    sent.push(message);
    return true;
  });
  const settled = async (): Promise<string[]> => {
    await delay(10);
    return told.released.map(([leg]) => leg).sort();
  };
  return { calls, sent, settled };
};

const ask = (vendors: string, failed = ''): AskMessage => ({
  ...{ event: 'ask', id: 'c1', index: 1, label: 2, account: 'acme', vendors, failed },
  ...{ caller: '49', callee: '44', callId: 'x@y' },
});
const call = (event: CallMessage['event'], legs: string): CallMessage => ({
  ...{ event, id: 'c1', account: 'acme', vendor: 'one', legs, seconds: 60, entry: 1, dialog: 1 },
});

test('what was held for a vendor who failed is given back once the next was asked about', async () => {
  const { calls, sent, settled } = start();
  await calls.decide(ask('one@a:1,two@b:1'));
  await calls.decide(ask('two@b:1', 'one'));
  expect(sent.at(-1)).toMatchObject({ do: 'route', vendor: 'two@b:1' });
  expect(await settled()).toEqual(['one/c1-out']);
});

test('another place of the same vendor takes over what was held for him', async () => {
  const { calls, settled } = start();
  await calls.decide(ask('one@a:1,one@a:2'));
  await calls.decide(ask('one@a:2', 'one'));
  expect(await settled()).toEqual([]);
});

test('where the next is refused both legs go back', async () => {
  const { calls, sent, settled } = start({ 'two/c1-out': 0 });
  await calls.decide(ask('one@a:1,two@b:1'));
  await calls.decide(ask('two@b:1', 'one'));
  expect(sent.at(-1)).toMatchObject({ do: 'refuse', code: 503 });
  expect(await settled()).toEqual(['acme/c1-in', 'one/c1-out']);
});

test('a call that was granted and goes on unasked gives back what was held for it', async () => {
  const { calls, settled } = start();
  await calls.decide(ask('one@a:1'));
  calls.follow(call('answered', 'unasked'));
  calls.late('c1');
  expect(await settled()).toEqual(['acme/c1-in', 'one/c1-out']);
});

const dialog = (id: string) => ({
  ...{ id, entry: 1, dialog: 1, isAnswered: true, startedAt: 1, account: 'acme', vendor: 'one', legs: 'asked' },
  seconds: 60,
});

test('a call that is over and is there again, as a switch that was killed brings it back, is not taken for one that goes on', async () => {
  const { calls, settled } = start();
  calls.follow(call('answered', 'asked'));
  calls.follow(call('ended', 'asked'));
  expect(calls.find([dialog('c1'), dialog('c2')]).map(({ id }) => id)).toEqual(['c1']);
  expect(calls.live.ids()).toEqual(['c2']);
  calls.live.stop();
  expect(await settled()).toEqual(['acme/c1-in', 'one/c1-out']);
});
