import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { Acknowledgement, TrafficCommand } from '@tollgate/contracts';
import type { Log } from '@tollgate/service-runtime';
import { Refused } from '../calls/ledger';
import type { Ledger } from '../calls/ledger';

type Outcome = { result: 'applied' | 'stale'; callsCut: number };

/** Tells the ledger what a switch did with a command; tried until it is told, and never waited for. */
export type Acknowledge = (switchId: string, command: TrafficCommand, outcome: Outcome) => void;

const backoff = { firstMs: 250, limitMs: 10_000 };
/** After a start a switch acknowledges all commands that count; calls are asked about meanwhile. */
const atOnce = 4;

export const createAcknowledgements = (ledger: Pick<Ledger, 'acknowledge'>, logger: Log) => {
  const stopping = new AbortController();
  const waiting: Acknowledgement[] = [];
  let running = 0;

  const tell = async (acknowledgement: Acknowledgement): Promise<void> => {
    for (let attempt = 0; !stopping.signal.aborted; attempt += 1) {
      try {
        await ledger.acknowledge(acknowledgement);
        return;
      } catch (error) {
        const { commandId, switchId } = acknowledgement;
        if (error instanceof Refused) {
          logger.debug({ commandId, switchId, error: error.message }, 'The ledger does not take an acknowledgement');
          return;
        }
        await delay(backoffMs(attempt, backoff), undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };
  const run = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await tell(next);
    running -= 1;
  };
  const acknowledge: Acknowledge = (switchId, { commandId, accountId, sequence }, outcome) => {
    waiting.push({ commandId, switchId, accountId, sequence, appliedAt: new Date().toISOString(), ...outcome });
    if (running >= atOnce) return;
    running += 1;
    void run();
  };
  return {
    acknowledge,
    waiting: () => waiting.length + running,
    stop: () => {
      stopping.abort();
      waiting.length = 0;
    },
  };
};
