import { Unusable, readCheckpoint, readPublicKey } from './checkpoint';
import { earlier, exampleText, findingsOf, key, lines, newest, textOf, verified } from './example.fixture';
import { createTree } from './tree';

const whole = textOf(lines);

test('an export that nobody touched is whole, and the newest checkpoint proves all of it', async () => {
  expect(await verified(whole)).toEqual({
    ...{ lines: 23, provenLines: 23, accounts: 3, edges: 10, findings: [] },
    root: newest.root.toString('base64'),
  });
});

test('however its bytes come in, and without the last line feed too', async () => {
  for (const size of [1, 7, 1_000]) {
    const parts = Array.from({ length: Math.ceil(whole.length / size) }, (_, at) =>
      whole.subarray(at * size, (at + 1) * size),
    );
    expect((await verified(parts)).findings).toEqual([]);
  }
  expect((await verified(whole.subarray(0, -1))).findings).toEqual([]);
});

test('what follows the newest checkpoint is checked by the rules, and said to be unproven', async () => {
  const verdict = await verified(whole, { checkpoints: { earlier } });
  expect(verdict).toMatchObject({ lines: 23, provenLines: 10, findings: [] });
});

test('any byte that is changed is found', async () => {
  const bytes = Buffer.from(whole);
  const unnoticed: number[] = [];
  for (let at = 0; at < bytes.length; at += 5) {
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    const { findings } = await verified(bytes);
    if (!findings.some(({ checkpoint }) => checkpoint === 'newest')) unnoticed.push(at);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  }
  expect(unnoticed).toEqual([]);
});

test('each of the 9,323 bytes changes the root', () => {
  const roots = new Set<string>();
  const rootOf = (given: readonly Buffer[]): string => {
    const tree = createTree();
    for (const line of given) tree.add(line);
    return tree.root().toString('hex');
  };
  const own = lines.map((line) => Buffer.from(line));
  for (const line of own)
    for (let at = 0; at < line.length; at += 1) {
      line.writeUInt8(line.readUInt8(at) ^ 0x20, at);
      roots.add(rootOf(own));
      line.writeUInt8(line.readUInt8(at) ^ 0x20, at);
    }
  expect(roots.has(rootOf(own))).toBe(false);
  expect(roots.size).toBe(own.reduce((sum, line) => sum + line.length, 0));
});

const every = lines.map((_, index) => index);
const [first = ''] = lines;

describe.each<[what: string, tampered: (index: number) => string[]]>([
  ['dropped', (index) => lines.toSpliced(index, 1)],
  ['doubled', (index) => lines.toSpliced(index, 0, lines[index] ?? '')],
  ['moved behind the next', (index) => lines.toSpliced(index, 2, lines[index + 1] ?? first, lines[index] ?? '')],
  ['put in', (index) => lines.toSpliced(index, 0, first.replaceAll('acme', 'other'))],
  ['made empty', (index) => lines.with(index, '')],
])('an event %s', (_, tampered) => {
  test.each(every)('is found, at %i', async (index) => {
    const given = tampered(index);
    const { findings } = await verified(textOf(given));
    const isBehindAll = given.slice(0, lines.length).join() === lines.join();
    expect(findings.some(({ line, checkpoint }) => (isBehindAll ? line === 24 : checkpoint === 'newest'))).toBe(true);
  });
});

test.each(every.slice(1))('a tail that was cut off is found, with %i lines left', async (left) => {
  const findings = findingsOf(await verified(textOf(lines.slice(0, left))));
  expect(findings).toContain(`newest: 23 lines were signed, and the export ends after ${String(left)}`);
});

test('a tail that was cut off and written anew is found', async () => {
  const forked = lines.with(22, (lines[22] ?? '').replace('"amount":"0"', '"amount":"0.0"'));
  expect(findingsOf(await verified(textOf(forked)))).toEqual([
    'newest: the first 23 lines are not those that were signed: one of lines 11 to 23 was changed, moved, left out or put in',
  ]);
});

test('a history that was forked before an earlier checkpoint is found by that one, whatever the operator signs since', async () => {
  const forked = lines.with(7, (lines[7] ?? '').replace('+4930123456', '+4930123457'));
  expect(findingsOf(await verified(textOf(forked), { checkpoints: { earlier } }))).toEqual([
    'earlier: the first 10 lines are not those that were signed: one of lines 1 to 10 was changed, moved, left out or put in',
  ]);
});

test('an old checkpoint alone does not find what came after it: a newer one does', async () => {
  const tampered = textOf(lines.with(22, (lines[22] ?? '').replace('"amount":"0"', '"amount":"0.0"')));
  expect(await verified(tampered, { checkpoints: { earlier } })).toMatchObject({ provenLines: 10, findings: [] });
  expect((await verified(tampered, { checkpoints: { earlier, newest } })).findings).toHaveLength(1);
});

test('another key is found', async () => {
  const other = readPublicKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
  expect(findingsOf(await verified(whole, { checkpoints: { newest }, with: other }))).toEqual([
    'newest: it is not signed by the key of PeterNeumann',
    `newest: it is of ${newest.origin}, and the key of PeterNeumann`,
  ]);
});

test('another key under the same name is found', async () => {
  const forged = { ...key, bytes: Buffer.alloc(32, 9) };
  expect(findingsOf(await verified(whole, { checkpoints: { newest }, with: forged }))).toEqual([
    `newest: it is not signed by the key of ${key.name}`,
  ]);
});

test('a checkpoint of another ledger is found', async () => {
  const ledger = key.name.replace('f00ba706', 'f00ba707');
  const findings = findingsOf(await verified(whole, { checkpoints: { newest: { ...newest, origin: ledger } } }));
  expect(findings).toContain(`newest: it is of ${ledger}, and the export is of ${key.name}`);
});

test('any byte of a checkpoint that is changed is found, or makes it none', async () => {
  const bytes = Buffer.from(exampleText('checkpoint'));
  for (let at = 0; at < bytes.length - 1; at += 1) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    let checkpoint;
    try {
      checkpoint = readCheckpoint(changed.toString());
    } catch (error) {
      expect(error).toBeInstanceOf(Unusable);
      continue;
    }
    expect([at, (await verified(whole, { checkpoints: { newest: checkpoint } })).findings.length]).not.toEqual([at, 0]);
  }
});

test.each([
  exampleText('key.pub').replace('+8002db7c+', '+8002db7d+'),
  exampleText('key.pub').replace('f00ba706', 'f00ba707'),
  exampleText('key.pub').slice(0, -3),
  'PRIVATE+KEY+x',
])('%j is no public key', (text) => {
  expect(() => readPublicKey(text)).toThrow(Unusable);
});
