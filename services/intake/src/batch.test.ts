import type { LogEvent } from '@tollgate/contracts';
import { LogUnavailable } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import { runBatch } from './batch';
import type { Item } from './intent';
import { itemsOf, ledgerOn, receivedAt } from './ledger.fixture';

const mebibyte = 1 << 20;
const source = { receivedAt, channel: { http: 'k3f9-1' } };

const log = createMemoryEventLog<LogEvent>();
const ledger = ledgerOn(log);
const large = Object.fromEntries(
  Array.from({ length: 15 }, (_, index) => [`k${String(index)}`, '\u0001'.repeat(1_000)]),
);
const call = (fields: object): string =>
  JSON.stringify({
    ...{ kind: 'usage', usageId: 'u', accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' },
    ...fields,
  });
const run = async (lines: readonly string[], isDryRun = false): Promise<Record<string, unknown>[]> => {
  const answers = await runBatch(Buffer.from(lines.join('\n')), { ledger, source, maxLines: 10_000, isDryRun });
  const text = answers.toString();
  expect(text.length).toBeLessThan(20 * mebibyte);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
};

beforeAll(() => ledger.submit(itemsOf([{ type: 'OpenAccount', data: { accountId: 'acme', currency: 'EUR' } }])));
afterAll(ledger.close);

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

test('a dry run says of each line by itself what it would be answered, and records nothing', async () => {
  const undo = JSON.stringify({
    ...{ kind: 'reversal', reversalId: 'r', accountId: 'acme', of: { kind: 'usage', id: 'dry' } },
    ...{ reason: 'rated twice', actor: 'finance' },
  });
  const told = { accountId: 'acme', kind: 'usage', id: 'dry', duplicate: false };
  const lines = [call({ usageId: 'dry' }), call({ usageId: 'dry', amount: '2' }), undo, 'no JSON'];
  const before = await run(lines, true);
  expect(before).toMatchObject([
    { status: 201, ...told },
    { status: 201, ...told },
    { status: 404, code: 'ORIGINAL_NOT_FOUND' },
    { status: 400, code: 'INVALID_REQUEST' },
  ]);
  expect(before[0]).not.toHaveProperty('position');
  const [recorded] = await run([call({ usageId: 'dry' })]);
  expect(recorded).toMatchObject({ status: 201, ...told });
  expect(await run(lines, true)).toMatchObject([
    { ...recorded, status: 200, duplicate: true },
    { status: 409, code: 'ID_CONFLICT', existing: { amount: '1' }, received: { amount: '2' } },
    { status: 201, kind: 'reversal', duplicate: false },
    { status: 400 },
  ]);
  expect(
    await run([call({ usageId: 'dry', accountId: 'nobody' }), call({ currency: 'USD', usageId: 'other' })], true),
  ).toMatchObject([
    { status: 404, code: 'ACCOUNT_NOT_FOUND' },
    { status: 422, code: 'CURRENCY_MISMATCH' },
  ]);
});

test('a line is blank if it holds nothing but what JSON calls white space; any other has its answer', async () => {
  const blank = ['', ' ', '\t', '\r', ' \t\r'];
  const odd = ['\f', '\v', '\u00a0', '\u2028', '\ufeff'];
  const answers = await run([...blank, call({ usageId: 'between' }), ...odd, ...blank]);
  expect(answers.map(({ status }) => status)).toEqual([201, ...odd.map(() => 400)]);
});

test('a byte order mark before the first line is passed over, also where a later line is not UTF-8', async () => {
  const lines = Buffer.from(`\ufeff${call({ usageId: 'marked' })}\n`);
  const options = { ledger, source, maxLines: 10, isDryRun: false };
  const first = await runBatch(lines, options);
  const second = await runBatch(Buffer.concat([lines, Buffer.from([0xff, 0x0a])]), options);
  expect(first.toString()).toMatch(/^{"status":201,.*}\n$/);
  expect(second.toString()).toMatch(/^{"status":200,.*}\n{"status":400,.*}\n$/);
});

test('all lines of a body have one source, and each the line of the file that it is', async () => {
  const lines = [
    call({ usageId: 'from-1' }),
    '',
    ' ',
    call({ usageId: 'from-4' }),
    'no JSON',
    call({ usageId: 'from-6' }),
  ];
  const given: Item[] = [];
  const watched = {
    ...ledger,
    submit: (items: readonly Item[]) => {
      given.push(...items);
      return ledger.submit(items);
    },
  };
  const body = Buffer.from(lines.join('\n'));
  await runBatch(body, { ledger: watched, source, firstLine: 18, maxLines: 4, isDryRun: false });
  expect(given.map(({ metadata }) => metadata)).toEqual([18, 21, 23].map((line) => ({ source, line })));
  expect(new Set(given.map(({ metadata }) => metadata.source)).size).toBe(1);
  const recorded = log.events().filter(({ data }) => 'usageId' in data && data.usageId.startsWith('from-'));
  expect(recorded.map(({ metadata }) => metadata)).toEqual(given.map(({ metadata }) => metadata));
});

test('lines are counted without the blank ones, and too many are refused before any is recorded', async () => {
  const options = { ledger, source, maxLines: 3, isDryRun: false };
  const lines = ['a', 'b', 'c'].map((id) => call({ usageId: `counted-${id}` }));
  const spread = Buffer.from(`\n\n\n${lines.join('\n \n\r\n')}\n\n`);
  expect((await runBatch(spread, options)).toString().match(/"status":201/g)).toHaveLength(3);
  const before = log.events().length;
  await expect(runBatch(Buffer.from([...lines, call({ usageId: 'd' })].join('\n')), options)).rejects.toThrow(
    'the batch has 4 lines; send at most 3 at once',
  );
  expect(log.events()).toHaveLength(before);
});

const fill = (count: number, name: string): string[] =>
  Array.from({ length: count }, (_, index) => call({ usageId: `${name}-${String(index)}` }));

/** A ledger whose log takes a turn for each append, and refuses the first after `fail` was called. */
const slowLedger = async () => {
  const memory = createMemoryEventLog<LogEvent>();
  let isFull = false;
  const append: typeof memory.append = async (appends) => {
    await new Promise(setImmediate);
    if (!isFull) return memory.append(appends);
    isFull = false;
    throw new LogUnavailable('full');
  };
  const slow = ledgerOn({ ...memory, append });
  await slow.submit(itemsOf([{ type: 'OpenAccount', data: { accountId: 'acme', currency: 'EUR' } }]));
  const send = async (lines: readonly string[]): Promise<number[]> => {
    const body = Buffer.from(lines.join('\n'));
    const answers = await runBatch(body, { ledger: slow, source, maxLines: 10_000, isDryRun: false });
    const parsed = answers.toString().trimEnd().split('\n');
    return parsed.map((line) => (JSON.parse(line) as { status: number }).status);
  };
  return { send, fail: () => (isFull = true), close: slow.close };
};

test('the last line of a batch, a piece by itself, is not recorded before the first: it used to go ahead as a single request', async () => {
  const { send, close } = await slowLedger();
  const beside = Array.from({ length: 4 }, (_, index) => send(fill(1_000, `beside-${String(index)}`)));
  const statuses = await send([call({ amount: '1' }), ...fill(249, 'between'), call({ amount: '999' })]);
  await Promise.all(beside);
  expect([statuses[0], statuses[250]]).toEqual([201, 409]);
  await close();
});

test('a piece that cannot be written keeps all behind it from being written: the next used to be recorded without it', async () => {
  const { send, fail: failOnce, close } = await slowLedger();
  const lines = [call({ amount: '1' }), ...fill(300, 'x'), call({ amount: '999' })];
  failOnce();
  await expect(send(lines)).rejects.toThrow('full');
  const statuses = await send(lines);
  expect([statuses[0], statuses[301]]).toEqual([201, 409]);
  await close();
});

test('a name said twice is not answered as the duplicate of a line that comes after it', async () => {
  const doubled = call({ usageId: 'doubled', amount: '2' }).replace('"amount"', '"amount":"1","amount"');
  const answers = await run([doubled, call({ usageId: 'doubled', amount: '2' })]);
  expect(answers.map(({ status }) => status)).toEqual([400, 201]);
  expect((await run([doubled]))[0]).toMatchObject({ status: 200, duplicate: true });
});
