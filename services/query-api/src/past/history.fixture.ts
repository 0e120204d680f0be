import type { LogEvent } from '@tollgate/contracts';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import type { RecordedEvent } from '@tollgate/event-store';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import type { Folder } from '@tollgate/folder';
import { createLog } from '@tollgate/service-runtime';
import { openKeptRecords } from './kept-records';
import { createPast } from './past';
import type { Moment } from './then';

export const day = (number: number): string => new Date(Date.UTC(2026, 0, number)).toISOString();

type Told = { type: LogEvent['type']; data: object; metadata?: object; received?: number; recorded?: number };

/** Events of `acme` as a log has them, each received and recorded on the day it is told of unless it says another. */
export const history = (...told: Told[]): RecordedEvent<LogEvent>[] => {
  const revisions = new Map<string, number>();
  return told.map(({ type, data, metadata, received = 1, recorded = received }, index) => {
    const stream = type.startsWith('Traffic') ? 'cutoff-acme' : 'account-acme';
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    return {
      ...{ type, data, stream, revision, position: BigInt(index + 1), recordedAt: day(recorded) },
      eventId: `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
      metadata: { source: { receivedAt: day(received) }, ...metadata },
    } as RecordedEvent<LogEvent>;
  });
};

const entry = { accountId: 'acme', currency: 'EUR' };
const signed = { reason: 'agreed', actor: 'ann' };

export const opened = (...balances: 'inbound'[]): Told => ({
  type: 'AccountOpened',
  data: { ...entry, name: 'Acme Telecom', cutoff: { balances } },
});
export const ruled = (balances: string[]): Told => ({ type: 'CutoffChanged', data: { balances } });
export const paid = (amount: string, paidAt?: string): Told => ({
  type: 'PaymentRecorded',
  data: { ...entry, paymentId: 'p', direction: 'inbound', amount, paidAt },
});
export const used = (amount: string, endedAt?: string): Told => ({
  type: 'UsageCharged',
  data: { ...entry, usageId: 'u', direction: 'inbound', amount, endedAt },
});
export const adjusted = (amount: string): Told => ({
  type: 'BalanceAdjusted',
  data: { ...entry, ...signed, adjustmentId: 'a', direction: 'inbound', amount },
});
export const reversedUsage = (amount: string): Told => ({
  type: 'EntryReversed',
  data: { accountId: 'acme', ...signed, reversalId: 'r', of: { kind: 'usage', id: 'u' } },
  metadata: { reversed: { direction: 'inbound', amount } },
});
export const decided = (type: 'TrafficBlocked' | 'TrafficUnblocked', sequence: number, decidedAt: string): Told => ({
  type,
  data: { ...entry, direction: 'inbound', sequence, decidedAt, exhausted: [], balances: {}, cause: {} },
});

export const quiet = createLog('silent');

/** Small, so that a long history need not be very long. */
export const blockEvents = 64;

/** The past of a log that holds these events, as it is with what a folder holds of it. */
export const pastOf = (recorded: readonly RecordedEvent<LogEvent>[], folder: Folder = emptyFolder()) => {
  const log = createMemoryEventLog<LogEvent>({ recorded });
  const kept = openKeptRecords({ folder, log, logger: quiet, blockEvents });
  const past = createPast(log, kept);
  return { log, kept, asOf: (moment: Moment) => past.partner('acme', moment, () => true) };
};

export const emptyFolder = (): Folder => createSimulatedDisk().folder('past');
