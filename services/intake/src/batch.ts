import type { RecordCommand } from '@tollgate/balance';
import { parseJson, parseJsonText, problemOf, recordKinds } from '@tollgate/contracts';
import type { Parsed } from '@tollgate/contracts';
import { HttpProblem } from '@tollgate/service-runtime';
import { recordAnswerOf } from './answer';
import type { Ledger } from './ledger';

type Options = { ledger: Ledger; receivedAt: string; maxLines: number };

/** NDJSON in, NDJSON out: an answer a line, in order, once all of it is durable; blank lines are skipped (DESIGN 4). */
export const runBatch = async (body: Buffer, { ledger, receivedAt, maxLines }: Options): Promise<string> => {
  const lines = linesOf(body);
  if (lines.length > maxLines) {
    const detail = `the batch has ${String(lines.length)} lines; send at most ${String(maxLines)} at once`;
    throw new HttpProblem(problemOf({ code: 'INVALID_REQUEST', detail }, 413));
  }
  const parsed = lines.map(parseLine);
  const commands = parsed.filter((line) => line.ok).map(({ value }) => value);
  const outcomes = await ledger.submit(commands, receivedAt);
  let next = 0;
  const answers: string[] = [];
  for (const line of parsed) {
    const outcome = line.ok ? outcomes[next++] : undefined;
    const answer = line.ok && outcome ? recordAnswerOf(line.value, outcome) : invalid(line);
    answers.push(JSON.stringify({ status: answer.status, ...answer.body }));
  }
  return answers.map((answer) => `${answer}\n`).join('');
};

const invalid = (line: Parsed<RecordCommand>) => {
  const detail = line.ok ? 'the line has no outcome' : line.detail;
  return { status: 400, body: problemOf({ code: 'INVALID_REQUEST', detail }) };
};

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** Lines that are not blank. A line of bytes that are not UTF-8 is nothing a JSON parser accepts. */
const linesOf = (body: Buffer): (string | Buffer)[] => {
  try {
    return strictUtf8
      .decode(body)
      .split('\n')
      .filter((line) => line.trim() !== '');
  } catch {
    return splitBytes(body);
  }
};

const splitBytes = (body: Buffer): Buffer[] => {
  const lines: Buffer[] = [];
  for (let start = 0; start < body.length;) {
    const end = body.indexOf(0x0a, start);
    const line = body.subarray(start, end < 0 ? body.length : end);
    if (line.toString().trim() !== '') lines.push(line);
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
