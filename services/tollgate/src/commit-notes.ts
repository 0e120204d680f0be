import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import type { CommitNotes } from '@tollgate/kafka';
import type { Log } from '@tollgate/service-runtime';

/**
 * Each commit names its ledger, by the id of the first event, and how far its log had come. So a second ledger does not take
 * messages away from the first, and a log that was restored from a copy reads again what it has lost.
 */
export const createCommitNotes = (log: EventLog<LogEvent>, groupId: string, logger: Log): CommitNotes => {
  let known: string | undefined;
  const ledger = async (): Promise<string | undefined> => (known ??= await firstEventId(log));
  const last = async (): Promise<bigint> => (await log.lastPosition()) ?? 0n;
  return {
    write: async () => encode({ ledger: (await ledger()) ?? '', position: await last() }),
    judge: async (texts) => {
      const [mine, end] = [await ledger(), await last()];
      const notes = texts.flatMap((text) => decode(text) ?? []);
      const foreign = notes.find((note) => note.ledger !== mine);
      if (foreign !== undefined)
        throw new Error(
          `consumer group ${groupId} reads for another ledger (${foreign.ledger}; this one ${mine ?? 'is empty'}): set KAFKA_GROUP to a name that no other ledger uses, and the topics are read from their start`,
        );
      if (notes.every(({ position }) => position <= end)) return 'go on';
      logger.warn(
        { groupId, position: String(end) },
        'The log is an older copy of what its consumer group had come to: the topics are read again from their start, nothing counts twice',
      );
      return 'start over';
    },
  };
};

const firstEventId = async (log: EventLog<LogEvent>): Promise<string | undefined> => {
  const { signal } = new AbortController();
  for await (const { events, isCaughtUp } of log.subscribe({ prefixes: [''], maxEvents: 1, signal })) {
    const [first] = events;
    if (first !== undefined || isCaughtUp) return first?.eventId;
  }
  return undefined;
};

type Note = { ledger: string; position: bigint };

const encode = ({ ledger, position }: Note): string => `tollgate ledger=${ledger} position=${String(position)}`;

/** Absent for what somebody else wrote: an offset set by hand has no note, or another. */
const decode = (text: string): Note | undefined => {
  const found = /^tollgate ledger=(\S+) position=(\d+)$/.exec(text);
  return found?.[1] === undefined ? undefined : { ledger: found[1], position: BigInt(found[2] ?? 0) };
};
