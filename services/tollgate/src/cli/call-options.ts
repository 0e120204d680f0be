import { InvalidArgumentError, Option } from 'commander';
import { usualReservation } from '@tollgate/balance';
import type { CallsInProgress, CutoffSetting } from '@tollgate/balance';

/** What a rule says about calls. */
export type CallFlags = {
  sliceSeconds?: number;
  maxConcurrent?: number;
  callsInProgress?: CallsInProgress;
  countReservations?: true;
};

const wholeOf = (text: string): number => {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};

const inProgress: readonly CallsInProgress[] = ['let-run', 'cut-at-grant-end', 'cut-now'];

export const callOptions = (): Option[] => [
  new Option(
    '--slice-seconds <number>',
    `seconds a call is granted at once; without it ${String(usualReservation.sliceSeconds)}`,
  ).argParser(wholeOf),
  new Option('--max-concurrent <number>', 'calls at a time, of both directions together').argParser(wholeOf),
  new Option(
    '--calls-in-progress <what>',
    'what becomes of calls in progress when traffic is blocked; without it cut-at-grant-end',
  ).choices(inProgress),
  new Option('--count-reservations', 'what is held for calls counts as gone when a balance is judged'),
];

export const hasCallFlags = (flags: CallFlags): boolean => Object.keys(callRuleOf(flags)).length > 0;

export const callRuleOf = ({
  sliceSeconds,
  maxConcurrent,
  callsInProgress,
  countReservations,
}: CallFlags): Pick<CutoffSetting, 'reservation' | 'callsInProgress' | 'countReservations'> => {
  const isReserving = sliceSeconds !== undefined || maxConcurrent !== undefined;
  const reservation = { ...usualReservation, ...(sliceSeconds !== undefined && { sliceSeconds }), maxConcurrent };
  return {
    ...(isReserving && { reservation }),
    ...(callsInProgress && { callsInProgress }),
    ...(countReservations && { countReservations }),
  };
};
