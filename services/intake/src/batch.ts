import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Metadata, RecordCommand } from '@tollgate/balance';
import { problemOf } from '@tollgate/contracts';
import type { Parsed, Problem } from '@tollgate/contracts';
import { HttpProblem } from '@tollgate/service-runtime';
import { lineAnswerOf } from './answer';
import { batchLines } from './batch-lines';
import type { BatchLines } from './batch-lines';
import { parseLine } from './batch-record';
import type { Forecast, Item } from './intent';
import type { Ledger } from './ledger';

type Options = {
  ledger: Pick<Ledger, 'submit' | 'forecast'>;
  /** Of all lines: they came together. */
  source: Metadata['source'];
  /** The line of the client's file that is the first of the body, where it names one. */
  firstLine?: number | undefined;
  maxLines: number;
  isDryRun: boolean;
};

/**
 * NDJSON in, NDJSON out: an answer a line, in order, once all of it is durable; blank lines are skipped (DESIGN 4). A dry run
 * answers what each line would be answered by itself, and records nothing.
 */
export const runBatch = async (body: Buffer, options: Options): Promise<Buffer> => {
  const { ledger, maxLines, isDryRun } = options;
  const lines = batchLines(body);
  const count = lines.count(maxLines);
  if (count > maxLines) {
    const detail = `the batch has ${String(count)} lines; send at most ${String(maxLines)} at once`;
    throw new HttpProblem(problemOf({ code: 'INVALID_REQUEST', detail }, 413));
  }
  const writeProblem = createProblemWriter();
  const answers: Buffer[] = [];
  const answerTo = (piece: Piece, outcomes: readonly Forecast[]): Buffer => {
    let text = '';
    let next = 0;
    for (const line of piece.parsed) {
      const outcome = line.ok ? outcomes[next++] : undefined;
      const answer = line.ok && outcome ? lineAnswerOf(line.value, outcome) : invalid(line);
      text += typeof answer === 'string' ? answer : writeProblem(answer);
      text += '\n';
    }
    // As bytes: a text put together from many keeps all of them in memory.
    return Buffer.from(text);
  };
  // In pieces: others have their turn in between, and one is read while the one before it is written.
  let answered: Promise<Buffer> | undefined;
  for (let piece = readPiece(lines, options); piece.parsed.length > 0; piece = readPiece(lines, options)) {
    const under = piece;
    const outcomes = (isDryRun ? ledger.forecast : ledger.submit)(piece.items);
    const answer = outcomes.then((all) => answerTo(under, all));
    // Where the piece before it fails, nobody waits for this one any more.
    answer.catch(() => undefined);
    if (answered !== undefined) answers.push(await answered);
    answered = answer;
    await nextTurn();
  }
  if (answered !== undefined) answers.push(await answered);
  return Buffer.concat(answers);
};

const pieceLines = 250;

type Piece = { parsed: Parsed<RecordCommand>[]; items: Item[] };

const readPiece = (lines: BatchLines, { source, firstLine }: Options): Piece => {
  const piece: Piece = { parsed: [], items: [] };
  const shared: Metadata = { source };
  while (piece.parsed.length < pieceLines) {
    const line = lines.next();
    if (line === undefined) break;
    const parsed = parseLine(line);
    piece.parsed.push(parsed);
    if (!parsed.ok) continue;
    const metadata = firstLine === undefined ? shared : { source, line: firstLine + lines.place() };
    piece.items.push({ intent: parsed.value, metadata });
  }
  return piece;
};

const shortAnswer = 2_000;
const longAnswersRoom = 16 << 20;

/** Problems as text. Long ones are those that repeat contents; once they fill their room, they go without. */
const createProblemWriter = () => {
  let room = longAnswersRoom;
  return (problem: Problem): string => {
    const line = ({ status, ...content }: Problem): string => JSON.stringify({ status, ...content });
    const text = line(problem);
    if (text.length <= shortAnswer) return text;
    room -= text.length;
    if (room >= 0) return text;
    const { existing: _existing, received: _received, ...rest } = problem;
    const detail = `${rest.detail}; its contents are left out, for this batch has many such answers`;
    return line({ ...rest, detail });
  };
};

const invalid = (line: Parsed<RecordCommand>): Problem => {
  const detail = line.ok ? 'the line has no outcome' : line.detail;
  return problemOf({ code: 'INVALID_REQUEST', detail });
};
