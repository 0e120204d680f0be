import { Unusable, readCheckpoint, readPublicKey, readWitnessKey } from './checkpoint';
import { earlier, exampleText, findingsOf, lines, newest, textOf, verified } from './example.fixture';
import { witnessOf } from './signing.fixture';
import { byteCases, tamperingCases } from './tampering-cases.fixture';
import { createTree } from './tree';
import { witnessCases } from './witness-cases.fixture';

const whole = textOf(lines);

test('an export that nobody touched is whole, and the newest checkpoint proves all of it', async () => {
  expect(await verified(whole)).toEqual({
    ...{ lines: 23, provenLines: 23, provenBy: 'newest', accounts: 3, edges: 10, stillDue: 0, findings: [], notes: [] },
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
  const unnoticed: string[] = [];
  for (const { name, bytes, finding = '' } of byteCases(5))
    if (!findingsOf(await verified(bytes)).some((found) => found.startsWith(finding))) unnoticed.push(name);
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

test.each([...tamperingCases, ...witnessCases])('$name is as it should be, or is found', async (one) => {
  const { bytes, checkpoints, keys, witnesses = [], finding } = one;
  const notes = Object.entries(checkpoints).map(([name, note]) => [name, readCheckpoint(note)] as const);
  const verdict = await verified(bytes, {
    ...{ checkpoints: Object.fromEntries(notes), with: keys.map(readPublicKey) },
    witnesses: witnesses.map(readWitnessKey),
  });
  expect(findingsOf(verdict)).toEqual(
    finding === undefined ? [] : expect.arrayContaining([expect.stringContaining(finding)]),
  );
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

test.each([witnessOf(7).line.replace(/[+](..)/, '+00'), exampleText('key.pub'), 'witness.example/w1'])(
  '%j is no key of a witness',
  (text) => {
    expect(() => readWitnessKey(text)).toThrow(Unusable);
  },
);
