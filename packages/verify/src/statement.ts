import type { Decimal } from 'decimal.js';
import type { Direction, Event, Fields } from './event';
import { isFields } from './event';
import { Exact } from './rule';
import { isBefore } from './times';

/** What an event added to a total: of a reversal the kind it takes back, with the other sign. */
type Move = { revision: number; recordedAt: string; kind: string; direction: Direction; amount: Decimal };

/** What is known of the statements of an account: the last one, and what came since. */
export type Statements = {
  ids: Set<unknown>;
  to: unknown;
  throughRevision: number;
  closings: Record<Direction, Decimal>;
  moves: Move[];
};

export const noStatements = (): Statements => ({
  ids: new Set(),
  to: undefined,
  throughRevision: -1,
  closings: { inbound: new Exact(0), outbound: new Exact(0) },
  moves: [],
});

/**
 * Takes in a closing: it begins where the one before ended, covers what was recorded before it ends, and its figures are the sums of
 * its entries; what is wrong with it.
 */
export const followClosing = (statements: Statements, event: Event): string[] => {
  const { data, revision } = event;
  const { statementId: id, throughRevision: through } = data;
  const named = `statement ${String(id)}`;
  if (typeof through !== 'number' || through < statements.throughRevision || through >= revision)
    return [`${named} cannot cover what is up to revision ${String(through)}`];
  const covered = statements.moves.filter((move) => move.revision <= through);
  const due: Fields = {
    ...{ number: statements.ids.size + 1, from: statements.to, fromRevision: statements.throughRevision + 1 },
    entries: covered.length,
  };
  const faults = Object.entries(due)
    .filter(([name, value]) => data[name] !== value)
    .map(([name, value]) => `${named}: its ${name} is ${String(data[name])}, and should be ${String(value)}`);
  if (statements.ids.has(id)) faults.push(`${named} is closed twice`);
  faults.push(...endFaults(statements.to, event, covered).map((fault) => `${named} ${fault}`));
  for (const direction of ['inbound', 'outbound'] as const) {
    const figures = figuresOf(statements.closings[direction], direction, covered);
    statements.closings[direction] = figures.closing;
    faults.push(...figureFaults(`${named}, ${direction}`, figuresIn(data, direction), figures));
  }
  statements.ids.add(id);
  statements.to = data['to'];
  statements.throughRevision = through;
  statements.moves = statements.moves.filter((move) => move.revision > through);
  return faults;
};

/** What is wrong with the time at which a statement ends. */
const endFaults = (from: unknown, { data, receivedAt, recordedAt }: Event, covered: readonly Move[]): string[] => {
  const { to } = data;
  const end = `ends ${String(to)}`;
  const faults = covered
    .filter((move) => !isBefore(move.recordedAt, to))
    .map((move) => `${end}, and covers revision ${String(move.revision)}, which was recorded ${move.recordedAt}`)
    .slice(0, 1);
  if (from !== undefined && !isBefore(from, to)) faults.push(`${end}, and begins ${String(data['from'])}`);
  if (isBefore(receivedAt ?? recordedAt, to)) faults.push(`${end}, and was closed before that`);
  return faults;
};

const figuresIn = ({ figures }: Fields, direction: Direction): Fields => {
  const told = isFields(figures) ? figures[direction] : undefined;
  return isFields(told) ? told : {};
};

const figuresOf = (opening: Decimal, direction: Direction, moves: readonly Move[]) => {
  const sumOf = (kind: string): Decimal =>
    moves
      .filter((move) => move.direction === direction && move.kind === kind)
      .reduce((sum, { amount }) => sum.plus(amount), new Exact(0));
  const [payments, usage, adjustments] = [sumOf('payment'), sumOf('usage'), sumOf('adjustment')];
  return { opening, payments, usage, adjustments, closing: opening.plus(payments).minus(usage).plus(adjustments) };
};

const figureFaults = (named: string, told: Fields, figures: Record<string, Decimal>): string[] =>
  Object.entries(figures)
    .filter(([name, sum]) => told[name] !== textOf(sum))
    .map(([name, sum]) => `${named}: its ${name} is ${String(told[name])}, and should be ${textOf(sum)}`);

/** A sum of nothing has no sign. */
const textOf = (sum: Decimal): string => (sum.isZero() ? '0' : sum.toFixed());
