import { setTimeout as delay } from 'node:timers/promises';
import { directions } from '@tollgate/balance';
import type { AccountView, TrafficCommand } from '@tollgate/contracts';
import { parseAmount } from '@tollgate/money';
import { say } from '../terminal-text';
import { createClient } from '../tollgate-client';
import type { TollgateClient } from '../tollgate-client';
import { connectByHttp, connectByKafka } from './connection';
import type { DemoConnection } from './connection';
import { createLiveView } from './live-view';
import { demoPartners } from './partners';
import { countDistinct, expectedSums, messagesAt, sumKey, tickMs } from './traffic-plan';
import type { DemoMessage } from './traffic-plan';

type DemoOptions = { url: string; brokers: string[] | undefined; seconds: number; signal: AbortSignal };

/** Plays the demonstration against a running Tollgate; resolves with whether everything counted exactly once. */
export const playDemo = async ({ url, brokers, seconds, signal }: DemoOptions): Promise<boolean> => {
  const client = createClient(url);
  const commands = createCommandLog();
  const connection = brokers ? connectByKafka(brokers, commands.add) : connectByHttp(client, commands.add);
  const sent: DemoMessage[] = [];
  const isOver = (): boolean => signal.aborted;
  try {
    for (const { opening } of demoPartners) await client.openAccount(opening);
    await playTraffic({ client, connection, commands: commands.all, sent, seconds, signal });
    if (isOver()) return true;
    await replay(connection, sent, seconds);
    const isExact = await untilExact(client, sent, signal);
    if (!isOver()) say(summary({ accounts: await accountsOf(client), commands: commands.all, sent, isExact }));
    return isExact;
  } finally {
    await connection.close();
  }
};

/** Delivery is at least once: a sequence that was seen is passed over, as a softswitch does. */
const createCommandLog = () => {
  const all: TrafficCommand[] = [];
  const seen = new Set<string>();
  const add = (command: TrafficCommand): void => {
    if (seen.has(command.commandId)) return;
    seen.add(command.commandId);
    all.push(command);
  };
  return { all, add };
};

type Playing = {
  client: TollgateClient;
  connection: DemoConnection;
  commands: readonly TrafficCommand[];
  sent: DemoMessage[];
  seconds: number;
  signal: AbortSignal;
};

const repeatEveryTicks = 5;

const playTraffic = async ({ client, connection, commands, sent, seconds, signal }: Playing): Promise<void> => {
  const view = createLiveView();
  const startedAt = performance.now();
  const ticks = Math.round((seconds * 1_000) / tickMs);
  for (let tick = 0; tick < ticks && !signal.aborted; tick += 1) {
    const messages = messagesAt(tick, demoPartners);
    // A rater that is not sure whether its last messages arrived sends them again.
    if (tick % repeatEveryTicks === 0) messages.push(...messagesAt(tick - 1, demoPartners));
    await connection.send(messages);
    sent.push(...messages);
    const headline = `Tollgate demo ${connection.about}: ${String(Math.round((tick * tickMs) / 1_000))} of ${String(seconds)} s, ${String(sent.length)} messages`;
    view.update({ headline, accounts: await accountsOf(client), commands });
    const nextAt = startedAt + (tick + 1) * tickMs;
    await delay(Math.max(0, nextAt - performance.now()), undefined, { signal }).catch(() => undefined);
  }
  view.finish({
    headline: `Tollgate demo ${connection.about}: the traffic has ended`,
    accounts: await accountsOf(client),
    commands,
  });
};

const replayedSeconds = 5;

/** The rater lost its place and sends its last seconds once more. */
const replay = async (connection: DemoConnection, sent: DemoMessage[], seconds: number): Promise<void> => {
  const lastTick = Math.round((seconds * 1_000) / tickMs);
  const firstTick = Math.max(0, lastTick - (replayedSeconds * 1_000) / tickMs);
  for (let tick = firstTick; tick < lastTick; tick += 1) {
    const messages = messagesAt(tick, demoPartners);
    await connection.send(messages);
    sent.push(...messages);
  }
};

const settleMs = 10_000;
const settledPauseMs = 500;

/** Whether every total comes to, and stays at, what each message counted once makes. */
const untilExact = async (
  client: TollgateClient,
  sent: readonly DemoMessage[],
  signal: AbortSignal,
): Promise<boolean> => {
  const isExact = async (): Promise<boolean> => hasExpectedTotals(await accountsOf(client), sent);
  const deadline = performance.now() + settleMs;
  while (!(await isExact())) {
    if (performance.now() > deadline || signal.aborted) return false;
    await delay(100);
  }
  await delay(settledPauseMs);
  return isExact();
};

const hasExpectedTotals = (accounts: readonly AccountView[], sent: readonly DemoMessage[]): boolean => {
  const expected = expectedSums(sent);
  return accounts.every(({ accountId, totals }) =>
    directions.every((direction) => {
      const { payments, usage } = totals[direction];
      return (
        parseAmount(payments) === (expected.get(sumKey(accountId, direction, 'payment')) ?? 0n) &&
        parseAmount(usage) === (expected.get(sumKey(accountId, direction, 'usage')) ?? 0n)
      );
    }),
  );
};

const accountsOf = (client: TollgateClient): Promise<AccountView[]> =>
  Promise.all(demoPartners.map(({ opening }) => client.account(opening.accountId)));

type Played = {
  accounts: readonly AccountView[];
  commands: readonly TrafficCommand[];
  sent: readonly DemoMessage[];
  isExact: boolean;
};

const summary = ({ accounts, commands, sent, isExact }: Played): string => {
  const distinct = countDistinct(sent);
  const blocks = commands.filter(({ type }) => type === 'BlockTraffic').length;
  return [
    '',
    `${String(commands.length)} commands: ${String(blocks)} BlockTraffic, ${String(commands.length - blocks)} UnblockTraffic.`,
    `${String(sent.length)} messages sent, ${String(sent.length - distinct)} of them again: ${
      isExact
        ? `each of the ${String(distinct)} counted once, to the last digit.`
        : 'THE TOTALS ARE NOT WHAT THEY COME TO.'
    }`,
    ...accounts.map(
      ({ accountId, name = '', currency, balances }) =>
        `  ${accountId.padEnd(10)}${name.padEnd(30)} inbound ${balances.inbound}, outbound ${balances.outbound} ${currency}`,
    ),
    '',
    'Run it yourself: npm start, then see the README.',
  ].join('\n');
};
