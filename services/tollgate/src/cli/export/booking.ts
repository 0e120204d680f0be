import type { EntryKind } from '@tollgate/balance';
import { isAccountEvent } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { RecordedEvent } from '@tollgate/event-store';
import { formatAmount, parseAmount } from '@tollgate/money';
import { createOpener } from '@tollgate/number-keys';
import { entryOf } from '@tollgate/reporting';
import type { Entry } from '@tollgate/reporting';

/** An entry as a book has it: `effect`, signed, is what it adds to the balance of its direction. */
export type Booking = {
  accountId: string;
  currency: string;
  /** Whose total it moves: a reversal, that of what it takes back. */
  of: EntryKind;
  effect: string;
  entry: Entry;
  event: RecordedEvent<LogEvent>;
  /** Why its numbers are not in it; absent where they are, or it has none. */
  numbers?: 'shredded' | 'sealed';
};

/** What comes to stand in a book, in the order of the log. */
export type BookItem = { opened: { accountId: string; currency: string } } | { booking: Booking };

/** Makes a reader of the log's events, one after another, that opens numbers by the keys in a folder; `undefined` for those that move nothing. */
export const createBook = (numberKeys?: string): ((recorded: RecordedEvent<LogEvent>) => BookItem | undefined) => {
  const currencies = new Map<string, string>();
  const open = createOpener(numberKeys);
  return (recorded) => {
    const { event, numbers } = open(recorded);
    if (!isAccountEvent(event)) return undefined;
    if (event.type === 'AccountOpened') {
      const { accountId, currency } = event.data;
      currencies.set(accountId, currency);
      return { opened: { accountId, currency } };
    }
    const entry = entryOf(event);
    if (entry === undefined || !('accountId' in event.data)) return undefined;
    const { accountId } = event.data;
    const currency = currencies.get(accountId);
    if (currency === undefined) throw new Error(`${event.stream} has ${event.type} before it is opened`);
    const booking = { accountId, currency, of: kindOf(entry), effect: effectOf(entry), entry, event };
    return { booking: numbers === 'open' ? booking : { ...booking, numbers } };
  };
};

const kindOf = ({ kind, reversedKind }: Entry): EntryKind => {
  if (kind !== 'reversal') return kind;
  if (reversedKind === undefined) throw new Error('a reversal does not say what it takes back');
  return reversedKind;
};

/** Usage lowers a balance, and a reversal takes back what was (DESIGN 1, 2.8). */
const effectOf = (entry: Entry): string => {
  const amount = parseAmount(entry.amount);
  const isLowering = (kindOf(entry) === 'usage') !== (entry.kind === 'reversal');
  return formatAmount(isLowering ? -amount : amount);
};

/** The same amount with the other sign. */
export const negated = (amount: string): string => formatAmount(-parseAmount(amount));
