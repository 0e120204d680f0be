import type { LogEvent } from '@tollgate/contracts';
import { ledgerOf } from '@tollgate/event-store';
import type { EventLog, Position } from '@tollgate/event-store';
import type { CommitNotes } from '@tollgate/kafka';
import type { Log } from '@tollgate/service-runtime';

/**
 * Each commit names its ledger, by the id of the first event, and the event its log had come to. So a second ledger does not take
 * messages away from the first, and a log that was restored from a copy reads again what it has lost, also when other events
 * have taken the places of the lost ones since.
 */
export const createCommitNotes = (parts: {
  log: EventLog<LogEvent>;
  /** Of the last event that is folded, which is behind nothing that was answered; absent before the first. */
  folded(): Position | undefined;
  groupId: string;
  logger: Log;
}): CommitNotes => {
  const { log, folded, groupId, logger } = parts;
  let known: string | undefined;
  let isTold = false;
  const ledger = async (): Promise<string | undefined> => (known ??= await ledgerOf(log));
  /** Whether what was committed is in this log. Notes of before events were named have a position only. */
  const isPast = async ({ position, eventId }: Note): Promise<boolean> => {
    if (position === undefined) return true;
    const end = await log.lastPosition();
    if (end === undefined || position > end) return false;
    return eventId === undefined || (await log.read(position))?.eventId === eventId;
  };
  return {
    write: async () => {
      const position = folded();
      const event = position === undefined ? undefined : await log.read(position);
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
      if (isGoingOn.every(Boolean)) {
        isTold = false;
        return 'go on';
      }
      const write = isTold ? logger.debug : logger.warn;
      isTold = true;
      write.call(
        logger,
        { groupId, position: textOf(await log.lastPosition()) },
        'The log is an older copy of what its consumer group had come to, or was moved since: the topics are read again from their start, nothing counts twice',
      );
      return 'start over';
    },
  };
};

/** How far the log was when a note of ours was written; absent for what somebody else wrote. */
export const logPositionIn = (note: string | undefined): string | undefined => {
  const decoded = note === undefined ? undefined : decode(note);
  return decoded && textOf(decoded.position);
};

/** Without a position, from before the first event. */
type Note = { ledger: string; position: Position | undefined; eventId: string | undefined };

const beforeTheFirst = '0';
const textOf = (position: Position | undefined): string => position?.toString() ?? beforeTheFirst;

const encode = ({ ledger, position, eventId }: Note): string =>
  `tollgate ledger=${ledger} position=${textOf(position)}${eventId === undefined ? '' : ` event=${eventId}`}`;

/** Absent for what somebody else wrote: an offset set by hand has no note, or another. */
const decode = (text: string): Note | undefined => {
  const [, ledger, position = '', eventId] = /^tollgate ledger=(\S+) position=(\d+)(?: event=(\S+))?$/.exec(text) ?? [];
  if (ledger === undefined) return undefined;
  return { ledger, position: position === beforeTheFirst ? undefined : BigInt(position), eventId };
};
