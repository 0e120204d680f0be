import type { LogEvent } from '@tollgate/contracts';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { createMemoryStore } from '@tollgate/projection-store/memory';
import type { Log } from '@tollgate/service-runtime';
import { runBatch } from './batch';
import { openLedger } from './ledger';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const receivedAt = '2026-01-31T12:00:00.000Z';
const mebibyte = 1 << 20;

const ledger = openLedger({ log: createMemoryEventLog<LogEvent>(), store: createMemoryStore(), logger: silent });
const large = Object.fromEntries(
  Array.from({ length: 15 }, (_, index) => [`k${String(index)}`, '\u0001'.repeat(1_000)]),
);
const call = (fields: object): string =>
  JSON.stringify({
    ...{ kind: 'usage', usageId: 'u', accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
    ...fields,
  });
const run = async (lines: readonly string[]): Promise<Record<string, unknown>[]> => {
  const text = await runBatch(Buffer.from(lines.join('\n')), { ledger, receivedAt, maxLines: 10_000 });
  expect(text.length).toBeLessThan(20 * mebibyte);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};

beforeAll(() => ledger.submit([{ type: 'OpenAccount', data: { accountId: 'acme', currency: 'EUR' } }], receivedAt));

test('conflicts repeat what they are about, but not more than a batch has room for', async () => {
  const answers = await run([call({ attributes: large }), ...Array<string>(2_500).fill(call({ amount: '2' }))]);
  expect(answers.map(({ status }) => status)).toEqual([201, ...Array<number>(2_500).fill(409)]);
  expect(answers[1]).toMatchObject({ code: 'ID_CONFLICT', existing: { attributes: large }, received: { amount: '2' } });
  const last = answers.at(-1);
  expect(last).toMatchObject({ code: 'ID_CONFLICT', status: 409 });
  expect(last).not.toHaveProperty('existing');
  expect(last?.['detail']).toMatch(/its contents are left out/);
});

test('an answer a line, in order, over several pieces', async () => {
  const lines = Array.from({ length: 2_100 }, (_, index) =>
    index % 700 === 0 ? 'no JSON' : call({ usageId: `many-${String(index)}` }),
  );
  const answers = await run(lines);
  expect(answers.map(({ status, id }) => (status === 400 ? 'refused' : id))).toEqual(
    lines.map((_, index) => (index % 700 === 0 ? 'refused' : `many-${String(index)}`)),
  );
});
