import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import { AnswerError, ConnectionError } from '@tollgate/client';
import { claimHeadersOf } from '@tollgate/contracts';
import { batchLineReading } from './answers';
import type { BatchLineReading } from './answers';
import { lineFeed } from './import/line-end';
import type { TollgateClient } from './tollgate-client';

const backoff = { firstMs: 250, limitMs: 5_000 };
const defaultWaitSeconds = 600;

/** Nothing answered for as long as it was waited. */
export class GaveUp extends Error {
  override readonly name = 'GaveUp';
}

/** A line of a batch, and the line of the file that it is. */
export type SentLine = { batchLine: Buffer; line?: number };

export type SendOptions = {
  client: Pick<TollgateClient, 'batch'>;
  /** Name of the file that the lines are from: the server keeps it with each record, and its line. */
  file?: string;
  /** How long to try while nothing answers; ten minutes if it is not said. */
  waitSeconds?: number;
  /** Called once for each time nothing answers, before it is tried again. */
  onLost(error: Error): void;
};

/**
 * Sends lines and returns an answer for each, in order. While nothing answers it tries again, and throws `GaveUp` in the end: ids are
 * permanent, so what was recorded before the connection was lost is found a duplicate.
 */
export const sendBatch = async (lines: readonly SentLine[], options: SendOptions): Promise<BatchLineReading[]> => {
  const answers = await sendWhole(lines, options);
  if (answers !== undefined) return answers;
  const [first] = lines;
  if (first === undefined || lines.length === 1)
    return [
      { status: 413, code: 'INVALID_REQUEST', detail: 'the record is larger than a request to the server may be' },
    ];
  const half = Math.ceil(lines.length / 2);
  return [...(await sendBatch(lines.slice(0, half), options)), ...(await sendBatch(lines.slice(half), options))];
};

/** Absent if the server says that it is too much at once. */
const sendWhole = async (
  lines: readonly SentLine[],
  { client, file, waitSeconds = defaultWaitSeconds, onLost }: SendOptions,
): Promise<BatchLineReading[] | undefined> => {
  const body = bodyOf(lines);
  const claims = claimsOf(lines, file);
  const giveUpAt = performance.now() + waitSeconds * 1_000;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return answersOf(await client.batch(body, claims), lines.length);
    } catch (error) {
      if (error instanceof AnswerError && error.status === 413) return undefined;
      if (!isPassing(error)) throw error;
      if (performance.now() > giveUpAt)
        throw new GaveUp(`${error.message}; gave up after ${String(waitSeconds)} s`, { cause: error });
      if (attempt === 0) onLost(error);
    }
    await delay(backoffMs(attempt, backoff));
  }
};

const claimsOf = ([first]: readonly SentLine[], file: string | undefined): Record<string, string> | undefined =>
  file === undefined || first?.line === undefined ? undefined : claimHeadersOf({ file, line: first.line });

const newLine = Buffer.from([lineFeed]);

/** Lines stand as far apart as they do in the file, with blank ones in between. */
const bodyOf = (lines: readonly SentLine[]): Buffer => {
  const parts: Buffer[] = [];
  let next = lines[0]?.line ?? 0;
  for (const { batchLine, line = next } of lines) {
    if (line > next) parts.push(Buffer.alloc(line - next, lineFeed));
    parts.push(batchLine, newLine);
    next = line + 1;
  }
  return Buffer.concat(parts);
};

const isPassing = (error: unknown): error is Error =>
  error instanceof ConnectionError || (error instanceof AnswerError && error.status >= 500);

const answersOf = (text: string, expected: number): BatchLineReading[] => {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length !== expected)
    throw new Error(`the server answered ${String(lines.length)} lines to ${String(expected)}: is it a Tollgate?`);
  return lines.map((line) => batchLineReading.parse(JSON.parse(line)));
};
