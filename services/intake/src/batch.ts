import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RecordCommand } from '@tollgate/balance';
import { parseJson, parseJsonText, problemOf, recordKinds } from '@tollgate/contracts';
import type { Parsed } from '@tollgate/contracts';
import { HttpProblem } from '@tollgate/service-runtime';
import { recordAnswerOf } from './answer';
import type { Answer } from './answer';
import type { Ledger } from './ledger';

type Options = { ledger: Pick<Ledger, 'submit' | 'forecast'>; receivedAt: string; maxLines: number; isDryRun: boolean };

/**
 * NDJSON in, NDJSON out: an answer a line, in order, once all of it is durable; blank lines are skipped (DESIGN 4). A dry run
 * answers what each line would be answered by itself, and records nothing.
 */
export const runBatch = async (body: Buffer, { ledger, receivedAt, maxLines, isDryRun }: Options): Promise<string> => {
  const lines = linesOf(body);
  if (lines.length > maxLines) {
    const detail = `the batch has ${String(lines.length)} lines; send at most ${String(maxLines)} at once`;
    throw new HttpProblem(problemOf({ code: 'INVALID_REQUEST', detail }, 413));
  }
  const answers: string[] = [];
  const write = createWriter();
  // In pieces: others have their turn in between, and what is answered with is held for one piece at a time.
  for (let start = 0; start < lines.length; start += pieceLines) {
    const parsed = lines.slice(start, start + pieceLines).map(parseLine);
    const commands = parsed.filter((line) => line.ok).map(({ value }) => value);
    const outcomes = await (isDryRun ? ledger.forecast : ledger.submit)(commands, receivedAt);
    let next = 0;
    for (const line of parsed) {
      const outcome = line.ok ? outcomes[next++] : undefined;
      answers.push(write(line.ok && outcome ? recordAnswerOf(line.value, outcome) : invalid(line)));
    }
    await nextTurn();
  }
  return answers.map((answer) => `${answer}\n`).join('');
};

const pieceLines = 1_000;
const shortAnswer = 2_000;
const longAnswersRoom = 16 << 20;

/** Answers as text. Long ones are those that repeat contents; once they fill their room, they go without. */
const createWriter = () => {
  let room = longAnswersRoom;
  return ({ status, body }: Answer<object>): string => {
    const line = (content: object): string => JSON.stringify({ status, ...content });
    const text = line(body);
    if (text.length <= shortAnswer) return text;
    room -= text.length;
    if (room >= 0 || !('code' in body)) return text;
    const { existing: _existing, received: _received, ...rest } = body;
    const detail = `${rest.detail}; its contents are left out, for this batch has many such answers`;
    return line({ ...rest, detail });
  };
};

const invalid = (line: Parsed<RecordCommand>) => {
  const detail = line.ok ? 'the line has no outcome' : line.detail;
  return { status: 400, body: problemOf({ code: 'INVALID_REQUEST', detail }) };
};

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const byteOrderMark = Buffer.from('\ufeff');

/** Lines that are not blank. A line of bytes that are not UTF-8 is nothing a JSON parser accepts. */
const linesOf = (body: Buffer): (string | Buffer)[] => {
  const isMarked = body.subarray(0, byteOrderMark.length).equals(byteOrderMark);
  const bytes = isMarked ? body.subarray(byteOrderMark.length) : body;
  try {
    return strictUtf8
      .decode(bytes)
      .split('\n')
      .filter((line) => !isBlank(line));
  } catch {
    return splitBytes(bytes);
  }
};

/** Only what JSON calls white space: any other line is answered, with what is wrong with it. */
const isBlank = (line: string): boolean => /^[ \t\r]*$/.test(line);

const splitBytes = (body: Buffer): Buffer[] => {
  const lines: Buffer[] = [];
  for (let start = 0; start < body.length;) {
    const end = body.indexOf(0x0a, start);
    const line = body.subarray(start, end < 0 ? body.length : end);
    if (!isBlank(line.toString('latin1'))) lines.push(line);
    start = end < 0 ? body.length : end + 1;
  }
  return lines;
};

const parseLine = (line: string | Buffer): Parsed<RecordCommand> => {
  const parsed = typeof line === 'string' ? parseJsonText(line) : parseJson(line);
  if (!parsed.ok) return parsed;
  if (typeof parsed.value !== 'object' || parsed.value === null || Array.isArray(parsed.value))
    return { ok: false, detail: 'the line must be a JSON object' };
  const { kind, ...body }: { kind?: unknown } = parsed.value;
  const parse =
    typeof kind === 'string' && Object.hasOwn(recordKinds, kind)
      ? recordKinds[kind as keyof typeof recordKinds]
      : undefined;
  return parse === undefined
    ? { ok: false, detail: 'kind: must be payment, usage, adjustment or reversal' }
    : parse(body);
};
