import { setTimeout as delay } from 'node:timers/promises';
import { batchLineReading } from './answers';
import type { BatchLineReading } from './answers';
import { AnswerError, ConnectionError } from './tollgate-client';
import type { TollgateClient } from './tollgate-client';

const firstPauseMs = 250;
const longestPauseMs = 5_000;
const giveUpAfterMs = 600_000;

export type SendOptions = {
  client: Pick<TollgateClient, 'batch'>;
  /** Called once for each time nothing answers, before it is tried again. */
  onLost(error: Error): void;
};

/**
 * Sends lines and returns an answer for each, in order. While nothing answers it tries again for ten minutes: ids are permanent, so
 * what was recorded before the connection was lost is found a duplicate.
 */
export const sendBatch = async (lines: readonly Buffer[], options: SendOptions): Promise<BatchLineReading[]> => {
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
  lines: readonly Buffer[],
  { client, onLost }: SendOptions,
): Promise<BatchLineReading[] | undefined> => {
  const body = Buffer.concat(lines.flatMap((line) => [line, newLine]));
  const giveUpAt = performance.now() + giveUpAfterMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return answersOf(await client.batch(body), lines.length);
    } catch (error) {
      if (error instanceof AnswerError && error.status === 413) return undefined;
      if (!isPassing(error) || performance.now() > giveUpAt) throw error;
      if (pauseMs === firstPauseMs) onLost(error);
    }
    await delay(pauseMs);
  }
};

const newLine = Buffer.from('\n');

const isPassing = (error: unknown): error is Error =>
  error instanceof ConnectionError || (error instanceof AnswerError && error.status >= 500);

const answersOf = (text: string, expected: number): BatchLineReading[] => {
  const lines = text.split('\n').filter((line) => line !== '');
  if (lines.length !== expected)
    throw new Error(`the server answered ${String(lines.length)} lines to ${String(expected)}: is it a Tollgate?`);
  return lines.map((line) => batchLineReading.parse(JSON.parse(line)));
};
