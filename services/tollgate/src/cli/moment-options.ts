import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { instant } from '@tollgate/contracts';

/** What shows accounts as they were has these options. */
export const withMoment = (command: Command): Command =>
  command
    .option('--occurred-before <time>', 'as it was by what had happened before then, RFC 3339', timeText)
    .option('--recorded-before <time>', 'as it was by what was recorded before then, RFC 3339', timeText)
    .option('--at-position <position>', 'as it was by what the log held up to that position', positionText);

/** A time as it was given, to the nanosecond. */
export const timeText = (text: string): string => {
  if (!instant.safeParse(text).success) throw new InvalidArgumentError('It must be like 2026-01-31T00:00:00Z.');
  return text;
};

const positionText = (text: string): string => {
  if (!/^\d{1,19}$/.test(text)) throw new InvalidArgumentError('It must be a position, as answers have them.');
  return text;
};
