import { AnswerError, ConnectionError } from '@tollgate/client';
import { GaveUp, sendBatch } from './send-batches';
import type { SentLine } from './send-batches';

const lines = (count: number): SentLine[] =>
  Array.from({ length: count }, (_, at) => ({ batchLine: Buffer.from(String(at)) }));

/** A server that takes at most so many lines at once, and cannot be reached the first few times. */
const serverOf = ({ maxLines, lost = 0 }: { maxLines: number; lost?: number }) => {
  let toLose = lost;
  const batch = (body: Uint8Array): Promise<string> => {
    if (toLose > 0) {
      toLose -= 1;
      return Promise.reject(new ConnectionError('lost'));
    }
    const received = Buffer.from(body).toString().trimEnd().split('\n');
    if (received.length > maxLines) return Promise.reject(new AnswerError(413, 'too much'));
    return Promise.resolve(received.map((line) => JSON.stringify({ status: 400, code: line, detail: '' })).join('\n'));
  };
  return { batch };
};
const codes = (answers: Awaited<ReturnType<typeof sendBatch>>) =>
  answers.map((answer) => ('code' in answer ? answer.code : ''));

describe('sending a batch', () => {
  test('what is too much at once goes in halves, and the answers stay in order', async () => {
    const answers = await sendBatch(lines(7), { client: serverOf({ maxLines: 2 }), onLost: () => undefined });
    expect(codes(answers)).toEqual(['0', '1', '2', '3', '4', '5', '6']);
  });

  test('a single record that is too large is rejected', async () => {
    const answers = await sendBatch(lines(1), { client: serverOf({ maxLines: 0 }), onLost: () => undefined });
    expect(codes(answers)).toEqual(['INVALID_REQUEST']);
  });

  test('a lost connection is told once and tried again', async () => {
    const told: string[] = [];
    const options = { client: serverOf({ maxLines: 9, lost: 2 }), onLost: ({ message }: Error) => told.push(message) };
    expect(codes(await sendBatch(lines(2), options))).toEqual(['0', '1']);
    expect(told).toEqual(['lost']);
  });

  test('a server that stays away is given up in the end, as such', async () => {
    const options = { client: serverOf({ maxLines: 9, lost: 9 }), waitSeconds: 0.1, onLost: () => undefined };
    await expect(sendBatch(lines(2), options)).rejects.toThrow(GaveUp);
  });

  test('an answer that fits no batch is an error, not a result', async () => {
    const client = { batch: () => Promise.resolve('{"duplicate":false}') };
    await expect(sendBatch(lines(2), { client, onLost: () => undefined })).rejects.toThrow('answered 1 lines to 2');
  });

  test('lines of a file go out with its name and as far apart as they stand in it, in halves too', async () => {
    const sent: [body: string, headers: unknown][] = [];
    const client = {
      batch: (body: Uint8Array, headers: unknown): Promise<string> => {
        const text = Buffer.from(body).toString();
        const records = text.split('\n').filter((line) => line !== '');
        sent.push([text, headers]);
        return records.length > 2
          ? Promise.reject(new AnswerError(413, 'too much'))
          : Promise.resolve(records.map(() => '{"duplicate":false}').join('\n'));
      },
    };
    const records = [18, 19, 21, 25].map((line) => ({ line, batchLine: Buffer.from(`line ${String(line)}`) }));
    await sendBatch(records, { client, file: 'anrufe für mai.csv', onLost: () => undefined });
    const headersFrom = (line: string) => ({ 'tollgate-file': 'anrufe%20f%C3%BCr%20mai.csv', 'tollgate-line': line });
    expect(sent).toEqual([
      ['line 18\nline 19\n\nline 21\n\n\n\nline 25\n', headersFrom('18')],
      ['line 18\nline 19\n', headersFrom('18')],
      ['line 21\n\n\n\nline 25\n', headersFrom('21')],
    ]);
  });
});
