import type { BatchLineReading } from '../answers';
import { printable } from '../terminal-text';
import type { ImportRecord } from './import-record';
import { createRejects, reasonsFileOf } from './import-rejects';

const mostShown = 20;

type LeadingRow = { line: number; raw: Buffer };

/** Counts what became of records; keeps the first rejects and warnings to be shown, and all rejects in files if it is given a name for them. */
export const createReport = async (rejectsFile: string | undefined) => {
  const counts = { recorded: 0, duplicates: 0, rejected: 0 };
  const rejections = createList();
  const warnings = createList();
  const notes: string[] = [];
  let isHeldBack = false;
  const rejects = rejectsFile === undefined ? undefined : await createRejects(rejectsFile);

  const reject = async (record: ImportRecord, problem: { code: string; detail: string }): Promise<void> => {
    counts.rejected += 1;
    rejections.add(`line ${String(record.line)}: ${problem.code} ${printable(problem.detail)}`);
    await rejects?.keep(record, problem);
  };
  const records = (): number => counts.recorded + counts.duplicates + counts.rejected;

  return {
    records,
    /** Whether the file was not recorded whole. */
    hasFaults: (): boolean => counts.rejected > 0 || isHeldBack,
    add: async (record: ImportRecord, answer: BatchLineReading): Promise<void> => {
      for (const warning of record.warnings ?? [])
        warnings.add(`warning: line ${String(record.line)}: ${printable(warning)}`);
      if ('code' in answer) await reject(record, answer);
      else if (answer.duplicate) counts.duplicates += 1;
      else counts.recorded += 1;
    },
    lead: (rows: readonly LeadingRow[]): void => {
      rejects?.lead(rows.map(({ raw }) => raw));
      const headings = rows.at(-1);
      if (rows.length > 1)
        notes.push(`The fields are named by line ${String(headings?.line)}; the rows above it were passed over`);
    },
    holdBack: (line: number): void => {
      isHeldBack = true;
      notes.push(
        `line ${String(line)} was held back and not sent: the file ends in it without a line end, so half of it may be missing, as when a file is copied that is still being written. Import the whole file when it is there, or say --last-row if this is whole`,
      );
    },
    isEmpty: (): boolean => records() === 0 && !isHeldBack,
    close: async (): Promise<void> => rejects?.close(),
    /** What is to be said in the end, which may have come too early. */
    text: (isWhole: boolean): string => {
      const { recorded, duplicates, rejected } = counts;
      const isCut = rejectsFile === undefined && rejected > mostShown;
      return [
        `${inWords(recorded)} recorded, ${inWords(duplicates)} duplicates, ${inWords(rejected)} rejected`,
        ...rejections.lines(isCut ? ' (--rejects FILE keeps them all)' : ''),
        ...warnings.lines(''),
        ...notes,
        ...(rejects?.isWhole() && rejectsFile !== undefined ? keptText(rejectsFile, isWhole, rejects.formula()) : []),
      ].join('\n');
    },
  };
};
export type ImportReport = Awaited<ReturnType<typeof createReport>>;

const keptText = (file: string, isWhole: boolean, formula: string | undefined): string[] => [
  isWhole
    ? `All rejects are in ${file} as they stood, the reasons in ${reasonsFileOf(file)}: mend the first and import it`
    : `The rejects in ${file} are not all: they are those of the records that were sent, the reasons in ${reasonsFileOf(file)}`,
  ...(formula === undefined
    ? []
    : [
        `warning: a spreadsheet would run a cell of ${file} as a formula (${formula}, and perhaps more): mend it in a text editor, or open it with every column as text`,
      ]),
];

/** The first few lines, and how many there are besides. */
const createList = () => {
  const shown: string[] = [];
  let count = 0;
  return {
    add: (line: string): void => {
      count += 1;
      if (shown.length < mostShown) shown.push(line);
    },
    lines: (hint: string): string[] =>
      count > shown.length ? [...shown, `… and ${inWords(count - shown.length)} more${hint}`] : shown,
  };
};

const inWords = (count: number): string => count.toLocaleString('en');
