import { stripVTControlCharacters } from 'node:util';
import { directions } from '@tollgate/balance';
import type { AccountView, TrafficCommand } from '@tollgate/contracts';
import { mutualFormulaTexts } from '../account-text';
import { coloured, say, tableLines } from '../terminal-text';

export type DemoState = { headline: string; accounts: readonly AccountView[]; commands: readonly TrafficCommand[] };

const snapshotMs = 5_000;

/** Shows the state of the demonstration: in place on a terminal, every few seconds elsewhere. */
export const createLiveView = () => {
  let drawnLines = 0;
  let shownCommands = 0;
  let shownAt = -Infinity;

  const draw = (state: DemoState): void => {
    const { columns, rows } = process.stdout;
    const table = [coloured('bold', state.headline), '', ...accountLines(state.accounts), ''];
    const room = Math.max(1, rows - table.length - 2);
    const lines = [...table, ...state.commands.slice(-room).map(shortCommandText)];
    const up = drawnLines === 0 ? '' : `\u001b[${String(drawnLines)}A\u001b[J`;
    process.stdout.write(`${up}${lines.map((line) => fitted(line, columns)).join('\n')}\n`);
    drawnLines = lines.length;
  };
  const append = ({ headline, accounts, commands }: DemoState): void => {
    say([headline, ...accountLines(accounts), ...commands.slice(shownCommands).map(shortCommandText), ''].join('\n'));
    shownCommands = commands.length;
  };
  const show = (state: DemoState): void => {
    shownAt = performance.now();
    if (process.stdout.isTTY) draw(state);
    else append(state);
  };
  return {
    update: (state: DemoState): void => {
      if (process.stdout.isTTY || performance.now() - shownAt >= snapshotMs) show(state);
    },
    finish: show,
  };
};

/** A line that wraps would spoil the redrawing; one that must be cut loses its colour. */
const fitted = (line: string, columns: number): string => {
  const plain = stripVTControlCharacters(line);
  return plain.length < columns ? line : plain.slice(0, columns - 1);
};

const accountLines = (accounts: readonly AccountView[]): string[] => {
  const [header = '', ...rows] = tableLines(
    [
      { title: 'Account' },
      { title: 'cut by' },
      { title: 'inbound', align: 'right' },
      { title: 'outbound', align: 'right' },
      { title: 'mutual', align: 'right' },
      { title: 'mutual is' },
      { title: 'blocked' },
    ],
    accounts.map(({ accountId, cutoff, balances, traffic }) => [
      accountId,
      cutoff.balances.join(', ') || 'nothing',
      balances.inbound,
      balances.outbound,
      balances.mutual,
      mutualFormulaTexts[cutoff.mutualFormula],
      directions.filter((direction) => traffic[direction].state === 'blocked').join(', '),
    ]),
  );
  const isBlocked = accounts.map(({ traffic }) => directions.some((each) => traffic[each].state === 'blocked'));
  return [header, ...rows.map((row, at) => (isBlocked[at] === true ? coloured('red', row) : row))];
};

const shortCommandText = ({
  type,
  accountId,
  direction,
  sequence,
  exhausted,
  cause,
  decidedAt,
}: TrafficCommand): string => {
  const verb = type === 'BlockTraffic' ? coloured('red', 'BLOCK  ') : coloured('green', 'UNBLOCK');
  const why = exhausted.length === 0 ? '' : `, ${exhausted.join(' and ')} exhausted`;
  return `${decidedAt.slice(11, 23)}  ${verb}  ${accountId} ${direction}, command ${String(sequence)}, by ${cause.type}${why}`;
};
