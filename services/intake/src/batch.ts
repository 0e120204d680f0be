import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Metadata, RecordCommand } from '@tollgate/balance';
import { problemOf } from '@tollgate/contracts';
import type { Parsed, Problem } from '@tollgate/contracts';
import { HttpProblem } from '@tollgate/service-runtime';
import { lineAnswerOf } from './answer';
import { batchLines } from './batch-lines';
import type { BatchLines } from './batch-lines';
import { isObjectLine, parseLine } from './batch-record';
import type { Forecast, Item, Outcome } from './intent';
import type { Ledger } from './ledger';
import { recordedBefore } from './recorded-before';

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
  const { maxLines } = options;
  const lines = batchLines(body);
  const count = lines.count(maxLines);
  if (count > maxLines) {
    const detail = `the batch has ${String(count)} lines; send at most ${String(maxLines)} at once`;
    throw new HttpProblem(problemOf({ code: 'INVALID_REQUEST', detail }, 413));
  }
  const writeProblem = createProblemWriter();
  const answers: Buffer[] = [];
  let isOfObjects = false;
  let firstFault: string | undefined;
  // In pieces, one after the other: others have their turn in between, and the next is read while one is written.
  for (let piece = readPiece(lines, options); piece.parsed.length > 0;) {
    firstFault ??= faultOf(piece.parsed[0]);
    isOfObjects ||= piece.hasObject;
    const answered = answersTo(piece, { ...options, writeProblem });
    // It may fail before it is waited for.
    answered.catch(() => undefined);
    await nextTurn();
    piece = readPiece(lines, options);
    answers.push(await answered);
  }
  if (firstFault !== undefined && !isOfObjects) throw noObjects(firstFault);
  return Buffer.concat(answers);
};

type Answering = Options & { writeProblem: (problem: Problem) => string };

/** Submits a piece and says what becomes of each of its lines. */
const answersTo = async ({ parsed, items }: Piece, options: Answering): Promise<Buffer> => {
  const { ledger, isDryRun, writeProblem } = options;
  const refusals = await refusalsOf(parsed, options);
  const outcomes = await (isDryRun ? ledger.forecast : ledger.submit)(items);
  // As bytes: a text put together from many keeps all of them in memory.
  return Buffer.from(textOf(parsed, { outcomes, refusals }, writeProblem));
};

type Answers = { outcomes: readonly (Outcome | Forecast)[]; refusals: readonly (string | Problem)[] };

/** Not in the async function: stepping through an array there makes an object for each of its items. */
const textOf = (
  parsed: readonly Parsed<RecordCommand>[],
  { outcomes, refusals }: Answers,
  writeProblem: (problem: Problem) => string,
): string => {
  let text = '';
  let accepted = 0;
  let refused = 0;
  for (const line of parsed) {
    const outcome = line.ok ? outcomes[accepted++] : undefined;
    const answer = line.ok ? outcome && lineAnswerOf(line.value, outcome) : refusals[refused++];
    if (answer === undefined) throw new Error('a line has no outcome');
    text += typeof answer === 'string' ? answer : writeProblem(answer);
    text += '\n';
  }
  return text;
};

/** Of the lines that are no records, in their order: told from what was recorded before the piece, not by it. */
const refusalsOf = async (
  parsed: readonly Parsed<RecordCommand>[],
  options: Options,
): Promise<(string | Problem)[]> => {
  const refusals: (string | Problem)[] = [];
  for (const line of parsed.filter(({ ok }) => !ok)) refusals.push(await refuse(line, options));
  return refusals;
};

/** A client that sends something else altogether must not take 200 for success. */
const noObjects = (firstFault: string): HttpProblem => {
  const detail = `no line of the batch is a JSON object; send one a line, whole and in no array (NDJSON). Of the first line: ${firstFault}`;
  return new HttpProblem(problemOf({ code: 'INVALID_REQUEST', detail }));
};

const faultOf = (line: Parsed<RecordCommand> | undefined): string | undefined =>
  line === undefined || line.ok ? undefined : line.detail;

const pieceLines = 500;

type Piece = { parsed: Parsed<RecordCommand>[]; items: Item[]; hasObject: boolean };

const readPiece = (lines: BatchLines, { source, firstLine }: Options): Piece => {
  const piece: Piece = { parsed: [], items: [], hasObject: false };
  const shared: Metadata = { source };
  while (piece.parsed.length < pieceLines) {
    const line = lines.next();
    if (line === undefined) break;
    const parsed = parseLine(line);
    piece.parsed.push(parsed);
    piece.hasObject ||= parsed.ok || isObjectLine(line);
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

const refuse = async (line: Parsed<RecordCommand>, { ledger, source }: Options): Promise<string | Problem> => {
  const before = await recordedBefore(ledger, { refused: line, metadata: { source } });
  if (before !== undefined) return lineAnswerOf(before.command, before.outcome);
  return problemOf({ code: 'INVALID_REQUEST', detail: faultOf(line) ?? 'the line has no outcome' });
};
