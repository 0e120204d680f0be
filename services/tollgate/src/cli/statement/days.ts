import { InvalidArgumentError } from 'commander';

/** The days of a time zone: which one an instant, RFC 3339 UTC, is on there. */
export type Days = { zone: string; dayOf(instant: string): string };

export const utcDays: Days = { zone: 'UTC', dayOf: (instant) => instant.slice(0, '2026-01-31'.length) };

/** Of a zone by its IANA name. Throws `InvalidArgumentError` for a name that is none. */
export const daysIn = (zone: string): Days => {
  const parts = formatOf(zone);
  return {
    zone,
    dayOf: (instant) => {
      const of = Object.fromEntries(parts.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]));
      return `${(of['year'] ?? '').padStart(4, '0')}-${of['month'] ?? ''}-${of['day'] ?? ''}`;
    },
  };
};

const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  // An offset is no name: some versions of Node take one.
  if (/^[A-Za-z]/.test(timeZone))
    try {
      const digits = '2-digit' as const;
      return new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
        ...{ timeZone, year: 'numeric', month: digits, day: digits },
      });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  throw new InvalidArgumentError(
    `${JSON.stringify(timeZone)} is no time zone: it must be an IANA name such as Europe/Berlin.`,
  );
};
