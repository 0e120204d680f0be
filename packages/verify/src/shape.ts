import { Unusable } from './checkpoint';
import { eventIn } from './event';
import type { Event } from './event';
import { manglingOf, manglingOfLine } from './mangled';

const openingBytes = 40;
/** So many lines without an event are no export. */
const patientLines = 20;

/** Whether what is read line by line is an export at all, of a whole ledger. */
export const createShape = () => {
  let [lines, events] = [0, 0];
  let opening = '';
  let first: Event | undefined;

  const checkBeginning = (line: Buffer): void => {
    const mangled = manglingOf(line) ?? (line.at(-1) === 0x0d ? manglingOfLine(line) : undefined);
    if (mangled !== undefined) throw new Unusable(`line 1: ${mangled}`);
    opening = line.subarray(0, openingBytes).toString();
  };

  const checkEvents = (): void => {
    if (lines === 0) throw new Unusable('it is empty');
    if (events === 0)
      throw new Unusable(`it is no export: no line of it is an event, and it begins with ${JSON.stringify(opening)}`);
  };

  return {
    /** The event on the next line. Throws `NoEvent`, and `Unusable` where it is clear that it is no export. */
    eventIn: (line: Buffer): Event => {
      if (lines === 0) checkBeginning(line);
      if (lines === patientLines) checkEvents();
      lines += 1;
      const event = eventIn(line.toString());
      events += 1;
      first ??= event;
      return event;
    },
    /** The id of the first event, which is the ledger's. Throws `Unusable` where it was no export of a whole ledger. */
    ledger: (): string | undefined => {
      checkEvents();
      if (lines === 1 && first !== undefined && (first.revision !== 0 || first.stream.startsWith('cutoff-')))
        throw new Unusable('it is one line from the middle of a ledger: that is checked with --inclusion PROOF');
      return first?.eventId;
    },
  };
};

export type Shape = ReturnType<typeof createShape>;
