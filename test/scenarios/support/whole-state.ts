import { get, readAll, send } from './api';
import type { Fields } from './api';
import { openCommandStream } from './command-stream';
import type { StreamEvent } from './command-stream';
import { until } from './until';

export type WholeState = { accounts: Fields[]; histories: Fields[][]; blocked: Fields[]; commands: StreamEvent[] };

/** Of the last event in the log. */
export const lastPosition = async (url: string): Promise<number> => {
  const { text } = await send(url, { method: 'GET', path: '/metrics' });
  return Number(/^tollgate_log_position (\d+)$/m.exec(text)?.[1] ?? 0);
};

const lastSequence = ({ traffic }: Fields): number => {
  const { inbound, outbound } = traffic as Record<'inbound' | 'outbound', { sequence?: number }>;
  return Math.max(inbound.sequence ?? 0, outbound.sequence ?? 0);
};

/** Everything that can be seen from outside, once all that is in the log has been judged. */
export const readWholeState = async (url: string): Promise<WholeState> => {
  // Judging may append decisions; the second wait covers them.
  await get(url, `/v1/accounts?limit=1&minPosition=${String(await lastPosition(url))}`);
  const accounts = await readAll(url, `/v1/accounts?minPosition=${String(await lastPosition(url))}`);
  const histories = await Promise.all(
    accounts.map(({ accountId }) => readAll(url, `/v1/accounts/${accountId as string}/history`)),
  );
  const count = accounts.reduce((sum, account) => sum + lastSequence(account), 0);
  const stream = await openCommandStream(url, { path: '/v1/traffic-control?from=start' });
  await until(`${String(count)} commands in all`, () => stream.events.length >= count);
  stream.close();
  return { accounts, histories, blocked: await readAll(url, '/v1/traffic-control'), commands: stream.events };
};

/** The ids an account's history holds, in order. */
export const recordedIds = (history: readonly Fields[]): string[] =>
  history.flatMap(({ data }) => {
    const { paymentId, usageId } = data as Record<string, string | undefined>;
    return paymentId ?? usageId ?? [];
  });

/** Broken invariants of what is seen: commands that are no edges in sequence, balances that are not the sum of the history. */
export const inconsistenciesOf = ({ accounts, histories, commands }: WholeState): string[] =>
  accounts.flatMap(({ accountId, balances }, index) => {
    const id = accountId as string;
    const mine = commands.filter(({ command }) => command.accountId === id).map(({ command }) => command);
    const sequences = mine.map(({ sequence }) => sequence);
    const isGapless = sequences.every((sequence, place) => sequence === place + 1);
    const alternates = mine.every(({ type }, place) => type === (place % 2 === 0 ? 'BlockTraffic' : 'UnblockTraffic'));
    const ids = recordedIds(histories[index] ?? []);
    const sum = (histories[index] ?? []).reduce(
      (total, { type }) => total + (type === 'PaymentRecorded' ? 1 : type === 'UsageCharged' ? -1 : 0),
      0,
    );
    return [
      ...(isGapless ? [] : [`${id}: sequences ${sequences.join(' ')}`]),
      ...(alternates ? [] : [`${id}: commands do not alternate`]),
      ...(new Set(ids).size === ids.length ? [] : [`${id}: an id counted twice`]),
      ...((balances as Fields)['inbound'] === String(sum)
        ? []
        : [`${id}: ${JSON.stringify(balances)} is not ${String(sum)}`]),
    ];
  });
