import type { Booking } from './booking';

type Column = (booking: Booking) => string | undefined;

/** Named as in the reports’ table `entries` (services/reporting), which has no numbers that are sealed; `numbers` says why there are none. */
export const columns: Readonly<Record<string, Column>> = {
  account_id: ({ accountId }) => accountId,
  revision: ({ event }) => String(event.revision),
  event_id: ({ event }) => event.eventId,
  kind: ({ entry }) => entry.kind,
  id: ({ entry }) => entry.id,
  direction: ({ entry }) => entry.direction,
  currency: ({ currency }) => currency,
  amount: ({ entry }) => entry.amount,
  effect: ({ effect }) => effect,
  reversed_kind: ({ entry }) => entry.reversedKind,
  reversed_id: ({ entry }) => entry.reversedId,
  happened_at: ({ entry }) => entry.happenedAt,
  recorded_at: ({ event }) => event.recordedAt,
  call_id: ({ entry }) => entry.callId,
  caller: ({ entry }) => entry.caller,
  callee: ({ entry }) => entry.callee,
  prefix: ({ entry }) => entry.prefix,
  duration_seconds: ({ entry }) => entry.durationSeconds?.toString(),
  reference: ({ entry }) => entry.reference,
  reason: ({ entry }) => entry.reason,
  actor: ({ entry }) => entry.actor,
  numbers: ({ numbers }) => numbers,
};

export const csvHead = `${Object.keys(columns).join(',')}\n`;

export const csvRow = (booking: Booking): string =>
  `${Object.values(columns)
    .map((column) => cellOf(column(booking)))
    .join(',')}\n`;

/** RFC 4180. What is empty stands in quotes, what is absent does not. */
export const cellOf = (text: string | undefined): string => {
  if (text === undefined) return '';
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};
