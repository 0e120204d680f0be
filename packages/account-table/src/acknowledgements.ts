import { directions } from '@tollgate/balance';
import type { Direction } from '@tollgate/balance';
import type { CommandAcknowledgement } from '@tollgate/contracts';
import type { Acknowledged } from './acknowledged';
import { blockedNumber, directionOfBlocked, slotOfBlocked } from './blocked-keys';
import type { Cursor } from './cursor';
import type { Page } from './page';
import { lastDecision } from './recorded-traffic';

/** A command in force that switches have not applied. */
type Owed = { slot: number; direction: Direction; switches: readonly string[] };

/** What switches have told of the commands in force: of each account in its page, and beside them who owes an answer since when. */
export type AcknowledgementBook = {
  /** A command is in force from now on, and nobody has applied it. */
  decided(at: Cursor, direction: Direction): void;
  /** Takes in what a switch tells; what is not about the command in force any more changes nothing. */
  acknowledged(at: Cursor, told: CommandAcknowledgement): void;
  /** Takes over what a page of a snapshot brought along; `firstSlot` is that of its first account. */
  restore(page: Page, firstSlot: number): void;
  /** Of the named switches, those that have not applied the command in force. */
  owing(page: Page, number: number, direction: Direction): string[];
  /** Commands that were decided up to an instant, in ms since 1970, oldest first. */
  owed(decidedByMs: number): Iterable<Owed>;
};

/** `switches` are those that must answer. */
export const createAcknowledgementBook = (switches: readonly string[]): AcknowledgementBook => {
  /** When each command was decided that somebody has not applied, by its number. */
  let waiting = new Map<number, { page: Page; number: number; decidedMs: number }>();
  let isSorted = true;

  const owing = (page: Page, number: number, direction: Direction): string[] => {
    if (switches.length === 0 || lastDecision(page, number, direction) === undefined) return [];
    const told = page.acknowledgements.get(blockedNumber(number, direction)) ?? [];
    return switches.filter((name) => !told.some(({ switchId, result }) => switchId === name && result !== 'failed'));
  };

  const note = (
    page: Page,
    { slot, number, direction }: Pick<Cursor, 'slot' | 'number'> & { direction: Direction },
  ) => {
    const key = blockedNumber(slot, direction);
    waiting.delete(key);
    const decision = lastDecision(page, number, direction);
    if (decision === undefined || owing(page, number, direction).length === 0) return;
    waiting.set(key, { page, number, decidedMs: Date.parse(decision.since) });
  };

  const sort = (): void => {
    if (isSorted) return;
    waiting = new Map([...waiting].sort(([, one], [, other]) => one.decidedMs - other.decidedMs));
    isSorted = true;
  };

  return {
    decided: ({ page, number, slot }, direction) => {
      page.acknowledgements.delete(blockedNumber(number, direction));
      if (switches.length > 0) note(page, { slot, number, direction });
    },
    acknowledged: ({ page, number, slot }, told) => {
      const { direction, sequence } = told;
      if (lastDecision(page, number, direction)?.sequence !== sequence) return;
      const key = blockedNumber(number, direction);
      page.acknowledgements.set(key, withTold(page.acknowledgements.get(key) ?? [], told));
      if (owing(page, number, direction).length === 0) waiting.delete(blockedNumber(slot, direction));
    },
    restore: (page, firstSlot) => {
      if (switches.length === 0) return;
      for (const number of page.accountIds.keys())
        for (const direction of directions) note(page, { slot: firstSlot + number, number, direction });
      isSorted = false;
    },
    owing,
    owed: function* (decidedByMs) {
      sort();
      for (const [key, { page, number, decidedMs }] of waiting) {
        if (decidedMs > decidedByMs) return;
        const direction = directionOfBlocked(key);
        yield { slot: slotOfBlocked(key), direction, switches: owing(page, number, direction) };
      }
    },
  };
};

/** The last of each switch counts; but once it has applied a command, it has. */
const withTold = (before: readonly Acknowledged[], told: CommandAcknowledgement): Acknowledged[] => {
  const known = before.find(({ switchId }) => switchId === told.switchId);
  if (known !== undefined && known.result !== 'failed') return [...before];
  const { switchId, appliedAt, callsCut, result, detail } = told;
  const others = before.filter((one) => one !== known);
  return [...others, { switchId, appliedAt, callsCut, result, ...(detail !== undefined && { detail }) }];
};
