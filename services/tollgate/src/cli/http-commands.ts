import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import { followCommands } from '@tollgate/client';
import type { Log } from '@tollgate/service-runtime';
import type { CommandSource } from '@tollgate/softswitch-agent';
import type { TollgateClient } from './tollgate-client';

const backoff = { firstMs: 250, limitMs: 5_000 };
const accountsAtOnce = 1_000;

/**
 * The event stream from its first command on, for where there is no Kafka. What it told in the past must not be done again: it has caught
 * up once it has come to the command that each account is at.
 */
export const httpCommands = (client: TollgateClient, logger: Log): CommandSource => {
  let isCaughtUp = false;
  const seen = new Map<string, number>();

  /** Sequences that accounts are at and the stream has not come to. */
  const unseen = async (): Promise<Map<string, number>> => {
    const expected = new Map<string, number>();
    for await (const accounts of client.accountPages(accountsAtOnce))
      for (const { accountId, traffic } of accounts) {
        const latest = Math.max(traffic.inbound.sequence ?? 0, traffic.outbound.sequence ?? 0);
        if (latest > (seen.get(accountId) ?? 0)) expected.set(accountId, latest);
      }
    return expected;
  };

  const read = async (onCommands: Parameters<CommandSource['run']>[0], signal: AbortSignal): Promise<void> => {
    let expected: Map<string, number> | undefined;
    const settle = (): void => {
      if (isCaughtUp || expected === undefined || expected.size > 0) return;
      isCaughtUp = true;
      onCommands([]);
    };
    const count = async (): Promise<void> => {
      const found = await unseen();
      for (const [accountId, sequence] of found) if ((seen.get(accountId) ?? 0) >= sequence) found.delete(accountId);
      expected = found;
      settle();
    };
    const counting = untilDone(count, signal);
    const onConnection = (state: 'lost' | 'back'): void => {
      logger.warn({ url: client.url, state }, 'The event stream of commands');
    };
    for await (const { command } of followCommands(client.url, { isFromStart: true, signal, onConnection })) {
      const { accountId, sequence } = command;
      seen.set(accountId, Math.max(sequence, seen.get(accountId) ?? 0));
      if (sequence >= (expected?.get(accountId) ?? Infinity)) expected?.delete(accountId);
      onCommands([command]);
      settle();
    }
    await counting;
  };

  return {
    isCaughtUp: () => isCaughtUp,
    run: async (onCommands, signal) => {
      await untilDone(
        () => read(onCommands, signal),
        signal,
        (error) => {
          logger.warn({ url: client.url, error: String(error) }, 'Commands cannot be read; trying again');
        },
      );
    },
  };
};

/** Tries until it is done, or aborted. */
const untilDone = async (
  act: () => Promise<void>,
  signal: AbortSignal,
  onFailure: (error: unknown) => void = () => undefined,
): Promise<void> => {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    try {
      await act();
      return;
    } catch (error) {
      onFailure(error);
      await delay(backoffMs(attempt, backoff), undefined, { signal }).catch(() => undefined);
    }
  }
};
