import type { AccountTable } from '@tollgate/account-table';
import { lostStream, streamPrefixes } from '@tollgate/contracts';
import type { InputLost, LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import type { Log } from '@tollgate/service-runtime';
import type { Item } from './intent';
import type { Ledger } from './ledger';

/** How many gaps the log tells of in one partition, and the last of them. */
export type Gaps = { count: number; last: InputLost };

/** Messages that were lost before they could be read: what the log tells of them, from the start and for ever. */
export type LostInput = {
  /** Resolves once each gap is in the log; one that is there already stays as it is. Throws if the log cannot be written. */
  note(found: readonly Omit<InputLost, 'noticedAt'>[]): Promise<void>;
  /** Of each partition that has lost something. */
  gaps(): Gaps[];
};

type Parts = { ledger: Ledger; log: EventLog<LogEvent>; table: AccountTable; clock: () => Date; logger: Log };

export const openLostInput = async ({ ledger, log, table, clock, logger }: Parts): Promise<LostInput> => {
  const known = new Map<string, Gaps>();
  for (const { stream, revision } of table.otherStreams(streamPrefixes.lost)) {
    const [event] = await log.readStream(stream, { from: revision, limit: 1 });
    if (event?.type === 'InputLost') known.set(stream, { count: revision + 1, last: event.data });
  }
  return {
    note: async (found) => {
      const noticedAt = clock().toISOString();
      const losses = found.map((range): InputLost => ({ ...range, noticedAt }));
      const outcomes = await ledger.submit(losses.map(itemOf));
      losses.forEach((last, index) => {
        const outcome = outcomes[index];
        if (outcome?.status !== 'recorded' || outcome.isDuplicate) return;
        known.set(lostStream(last.topic, last.partition), { count: outcome.revision + 1, last });
        logger.warn({ ...last, position: outcome.position.toString() }, lossText);
      });
    },
    gaps: () => [...known.values()],
  };
};

const lossText =
  'Messages were lost before they could be read: have their producer send them again; what was recorded before counts once';

const itemOf = (data: InputLost): Item => ({
  intent: { type: 'NoteLostInput', data },
  metadata: {
    source: { receivedAt: data.noticedAt, channel: { kafka: { topic: data.topic, partition: data.partition } } },
  },
});
