import type { Acknowledgement, TrafficCommand } from '@tollgate/contracts';
import type { Log } from '@tollgate/service-runtime';
import { Refused } from '../calls/ledger';
import type { Ledger } from '../calls/ledger';
import { untilTold } from '../calls/until-told';

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
    const { signal } = stopping;
    const told = await untilTold(() => ledger.acknowledge(acknowledgement), { backoff, signal });
    if (!(told instanceof Refused)) return;
    const { commandId, switchId } = acknowledgement;
    logger.debug({ commandId, switchId, error: told.message }, 'The ledger does not take an acknowledgement');
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
