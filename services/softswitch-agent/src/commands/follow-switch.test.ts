import type { TrafficCommand } from '@tollgate/contracts';
import { silent } from '../calls/fake-ledger.test-support';
import type { Switch } from '../switch';
import { commandOf } from './commands.test-support';
import { followSwitch } from './follow-switch';
import { createLatestCommands } from './latest-commands';

/** A switch that keeps what it is told in the order in which it was told, and can be away. */
const fakeSwitch = () => {
  const told: string[] = [];
  const state = { isConnected: true, failures: 0, come: (): void => undefined };
  const attempt = (text: string): Promise<void> => {
    if (state.failures > 0) {
      state.failures -= 1;
      return Promise.reject(new Error('connection lost'));
    }
    told.push(text);
    return Promise.resolve();
  };
  const target: Switch = {
    switchId: 'switch-1',
    isConnected: () => state.isConnected,
    start: (onCome) => (state.come = onCome),
    apply: ({ commandId }) => attempt(commandId).then(() => 2),
    applyAll: (commands) =>
      attempt(`all: ${commands.map(({ commandId }) => commandId).join(', ')}`).then(() => new Map()),
    figures: () => ({ route: 0, refuse: 0, policy: 0, live: 0 }),
    close: () => Promise.resolve(),
  };
  return { target, told, state };
};

const follow = () => {
  const { target, told, state } = fakeSwitch();
  const latest = createLatestCommands();
  const acknowledged: string[] = [];
  const followed = followSwitch(target, {
    latest,
    acknowledge: (switchId, { commandId }, { result, callsCut }) =>
      acknowledged.push(`${switchId} ${commandId} ${result} ${String(callsCut)}`),
    logger: silent,
  });
  const offer = (...texts: string[]): void => {
    const commands: TrafficCommand[] = texts.map((text) => commandOf(text));
    for (const command of commands.filter(latest.take)) followed.offer(command);
  };
  return { told, state, offer, followed, acknowledged };
};
const settle = (ms = 20): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('a switch is given nothing before all is known, then all at once, then each command', async () => {
  const { told, offer, followed, acknowledged } = follow();
  offer('acme/inbound#1 block', 'globex/inbound#1 block');
  await settle();
  expect([told, followed.isUpToDate()]).toEqual([[], false]);
  followed.begin();
  await settle();
  offer('acme/inbound#2 open');
  await settle();
  expect(told).toEqual(['all: acme/inbound#1 block, globex/inbound#1 block', 'acme/inbound#2 open']);
  expect(acknowledged).toEqual([
    'switch-1 acme/inbound#1 block applied 0',
    'switch-1 globex/inbound#1 block applied 0',
    'switch-1 acme/inbound#2 open applied 2',
  ]);
  expect(followed.isUpToDate()).toBe(true);
  await followed.stop();
});

test('of several that wait the newest of an account and direction is applied, and copies and older ones are not', async () => {
  const { told, offer, followed, acknowledged } = follow();
  followed.begin();
  await settle();
  offer(
    'acme/inbound#1 block',
    'acme/outbound#2 block',
    'acme/inbound#3 open',
    'acme/inbound#1 block',
    'acme/inbound#3 open',
  );
  await settle();
  expect(told.slice(1)).toEqual(['acme/inbound#3 open', 'acme/outbound#2 block']);
  expect(acknowledged).toEqual([
    'switch-1 acme/inbound#1 block stale 0',
    'switch-1 acme/inbound#3 open applied 2',
    'switch-1 acme/outbound#2 block applied 2',
  ]);
  await followed.stop();
});

test('after a failure, and whenever the switch has come back, it is given everything again', async () => {
  const { told, state, offer, followed } = follow();
  followed.begin();
  offer('acme/inbound#1 block');
  await settle();
  state.failures = 1;
  offer('acme/inbound#2 open');
  await settle(250);
  expect(told.slice(1)).toEqual(['all: acme/inbound#2 open']);
  state.come();
  await settle();
  expect(told.slice(2)).toEqual(['all: acme/inbound#2 open']);
  await followed.stop();
});

test('a switch that is away is given nothing, and what came meanwhile when it is back', async () => {
  const { told, state, offer, followed } = follow();
  state.isConnected = false;
  followed.begin();
  offer('acme/inbound#1 block');
  await settle();
  expect([told, followed.isUpToDate()]).toEqual([[], false]);
  state.isConnected = true;
  state.come();
  await settle();
  expect(told).toEqual(['all: acme/inbound#1 block']);
  await followed.stop();
});
