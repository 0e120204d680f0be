import type { AccountTable } from '@tollgate/account-table';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import type { CommitNotes } from '@tollgate/kafka';
import type { Log } from '@tollgate/service-runtime';

type Parts = { log: EventLog<LogEvent>; table: Pick<AccountTable, 'place'> };

/**
 * Each commit names its ledger, by the id of the first event, and the event its log had come to. So a second ledger does not take
 * messages away from the first, and a log that was restored from a copy reads again what it has lost, also when other events
 * have taken the places of the lost ones since.
 */
export const createCommitNotes = ({ log, table }: Parts, groupId: string, logger: Log): CommitNotes => {
  let known: string | undefined;
  const ledger = async (): Promise<string | undefined> => (known ??= await firstEventId(log));
  /** Whether what was committed is in this log. Notes of before events were named have a position only. */
  const isPast = async ({ position, eventId }: Note): Promise<boolean> =>
    position <= ((await log.lastPosition()) ?? 0n) &&
    (eventId === undefined || (await log.read(position))?.eventId === eventId);
  return {
    write: async () => {
      // The log may end with what is none of ours.
      const position = BigInt(table.place());
      const event = position === 0n ? undefined : await log.read(position);
      return encode({ ledger: (await ledger()) ?? '', position, eventId: event?.eventId });
    },
    judge: async (texts) => {
      const mine = await ledger();
      const notes = texts.flatMap((text) => decode(text) ?? []);
      const foreign = notes.find((note) => note.ledger !== mine);
      if (foreign !== undefined)
        throw new Error(
          `consumer group ${groupId} reads for another ledger (${foreign.ledger}; this one ${mine ?? 'is empty'}): set KAFKA_GROUP to a name that no other ledger uses, and the topics are read from their start`,
        );
      const isGoingOn = await Promise.all(notes.map(isPast));
      if (isGoingOn.every(Boolean)) return 'go on';
      logger.warn(
        { groupId, position: String(table.place()) },
        'The log is an older copy of what its consumer group had come to: the topics are read again from their start, nothing counts twice',
      );
      return 'start over';
    },
  };
};

/** How far the log was when a note of ours was written; absent for what somebody else wrote. */
export const logPositionIn = (note: string | undefined): string | undefined =>
  note === undefined ? undefined : decode(note)?.position.toString();

const firstEventId = async (log: EventLog<LogEvent>): Promise<string | undefined> => {
  const { signal } = new AbortController();
  for await (const { events } of log.subscribe({ prefixes: [''], maxEvents: 1, signal })) return events[0]?.eventId;
  return undefined;
};

type Note = { ledger: string; position: bigint; eventId: string | undefined };

const encode = ({ ledger, position, eventId }: Note): string =>
  `tollgate ledger=${ledger} position=${String(position)}${eventId === undefined ? '' : ` event=${eventId}`}`;

/** Absent for what somebody else wrote: an offset set by hand has no note, or another. */
const decode = (text: string): Note | undefined => {
  const [, ledger, position = '', eventId] = /^tollgate ledger=(\S+) position=(\d+)(?: event=(\S+))?$/.exec(text) ?? [];
  return ledger === undefined ? undefined : { ledger, position: BigInt(position), eventId };
};
