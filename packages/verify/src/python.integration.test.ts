import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { runToEnd } from '../../../test/run-to-end';
import { findingsOf, verified } from './example.fixture';
import { misleadingCases } from './misleading-cases.fixture';
import { rightStatements, wrongStatements } from './statement-cases.fixture';
import { byteCases, tamperingCases } from './tampering-cases.fixture';
import { witnessOf } from './signing.fixture';
import { witnessCases } from './witness-cases.fixture';

const root = resolve(__dirname, '../../..');
const folder = resolve(root, 'infra/verify');

const run = (args: readonly string[], input = '') =>
  runToEnd('python3', args, { cwd: resolve(root, 'packages/verify'), input, maxBuffer: 1 << 28 });

/** What a program of Python that has the verifier as `v` prints for each line that it is given, both of them JSON. */
const eachOf = (program: string, given: readonly object[]): unknown[] => {
  const loop = `import base64, json, sys\nsys.path.insert(0, sys.argv[1])\nimport tollgate_verify as v\nfor line in sys.stdin:\n    given = json.loads(line)\n${program}`;
  const { status, stdout, stderr } = run(
    ['-B', '-c', loop, folder],
    given.map((one) => `${JSON.stringify(one)}\n`).join(''),
  );
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
};

const verifyEach = `
    checkpoints = {name: v.read_checkpoint(note) for name, note in given["checkpoints"].items()}
    keys = [v.read_public_key(key) for key in given["keys"]]
    lines = base64.b64decode(given["bytes"]).split(b"\\n")
    witnesses = [v.read_public_key(key, v.COSIGNS) for key in given.get("witnesses", [])]
    told = lambda one: f'{one.get("checkpoint") or "line " + str(one["line"])}: {one["what"]}'
    try:
        verdict = v.verify(lines[:-1] if lines[-1] == b"" else lines, v.Given(checkpoints, keys, witnesses), given.get("soon", "9"))
        verdict.update(findings=[*map(told, verdict["findings"])], notes=[*map(told, verdict["notes"])])
        print(json.dumps(verdict))
    except v.Unusable as error:
        print(json.dumps({"refused": str(error)}))
`;

test.each([
  ['all that somebody may have done', [...tamperingCases, ...witnessCases]],
  ['any byte that somebody may have changed', byteCases(5)],
])('the second verifier finds %s as the first does', (_, cases) => {
  const found = eachOf(
    verifyEach,
    cases.map((one) => ({ ...one, bytes: one.bytes.toString('base64') })),
  ) as { findings: string[] }[];
  const wrong = cases
    .map(({ name, finding }, at) => ({ name, finding, found: found[at]?.findings ?? ['none'] }))
    .filter(({ finding, found: own }) =>
      finding === undefined ? own.length > 0 : !own.some((text) => text.startsWith(finding)),
    );
  expect(wrong).toEqual([]);
  expect(found).toHaveLength(cases.length);
});

const beginning = (texts: readonly string[]) => texts.map((text): unknown => expect.stringContaining(text));

test('the second verifier misleads nobody where the first does not', () => {
  const given = misleadingCases.map((one) => ({
    ...{ ...one, bytes: one.bytes.toString('base64'), soon: '2026-11-28T00:05:00Z' },
  }));
  expect(eachOf(verifyEach, given)).toEqual(
    misleadingCases.map(({ findings, notes, provenLines, refused }): unknown =>
      expect.objectContaining(
        refused === undefined
          ? { findings: beginning(findings), notes: beginning(notes), provenLines }
          : { refused: expect.stringContaining(refused) as string },
      ),
    ),
  );
});

test('the second verifier passed over closed statements: it finds of them what the first does, word for word', async () => {
  const cases = [{ bytes: rightStatements }, ...wrongStatements];
  const found = eachOf(
    verifyEach,
    cases.map(({ bytes }) => ({ bytes: bytes.toString('base64'), checkpoints: {}, keys: [] })),
  ) as { findings: string[] }[];
  const first = cases.map(async ({ bytes }) => findingsOf(await verified(bytes, { checkpoints: {} })));
  expect(found.map(({ findings }) => findings)).toEqual(await Promise.all(first));
});

/** RFC 8032, 7.1: tests 1, 2, 3 and SHA(abc), as key, message and signature. */
const vectors = [
  [
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
  [
    'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  ],
] as const;
type Vector = { key: string; message: string; signature: string };

const order = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The same signature with its scalar above the order of the group, which must not be taken (5.1.7). */
const withLargeScalar = (signature: string): string => {
  const scalar = BigInt(`0x${Buffer.from(signature.slice(64), 'hex').reverse().toString('hex')}`) + order;
  return signature.slice(0, 64) + Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex').reverse().toString('hex');
};

const flipped = (hex: string, at: number): string => {
  const bytes = Buffer.from(hex, 'hex');
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return bytes.toString('hex');
};

test('its own Ed25519 takes the signatures of RFC 8032 and of Node, and none that were changed', () => {
  const published = vectors.map(([key, message, signature]): Vector => ({ key, message, signature }));
  const own = Array.from({ length: 20 }, (_, seed): Vector => {
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)]);
    const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' });
    const message = Buffer.alloc(seed * 13, seed);
    return {
      key: Buffer.from(x, 'base64url').toString('hex'),
      message: message.toString('hex'),
      signature: sign(null, message, privateKey).toString('hex'),
    };
  });
  const right = [...published, ...own];
  const wrong = right.flatMap((vector, at) => [
    { ...vector, signature: flipped(vector.signature, at) },
    { ...vector, signature: flipped(vector.signature, 63 - at) },
    { ...vector, signature: withLargeScalar(vector.signature) },
    { ...vector, key: flipped(vector.key, at) },
    { ...vector, message: `${vector.message}00` },
    { ...vector, signature: vector.signature.slice(0, -2) },
  ]);
  // A y that is not below the prime; an x of 0 with a sign; both would be second texts of one point.
  const [first] = right;
  const keys = [`ee${'ff'.repeat(30)}7f`, `01${'00'.repeat(30)}80`, `${'00'.repeat(31)}ff`];
  const noKeys = keys.map((key): Vector => ({ message: '', signature: first?.signature ?? '', key }));
  const program =
    '    print(json.dumps(v.is_signature(*(bytes.fromhex(given[name]) for name in ("key", "message", "signature")))))';
  expect(eachOf(program, [...right, ...wrong, ...noKeys])).toEqual([
    ...right.map(() => true),
    ...[...wrong, ...noKeys].map(() => false),
  ]);
});

const script = resolve(folder, 'tollgate_verify.py');
const exported = resolve(__dirname, '../example/export.ndjson');
const proofs = ['--key', 'example/key.pub', '--checkpoint', 'example/checkpoint'];

test('a whole export ends with 0, and says what is proven, for people and for programs', () => {
  const args = [script, 'example/export.ndjson', ...proofs, '--checkpoint', 'example/checkpoint-earlier', '--balances'];
  const { status, stdout } = run(args);
  expect(stdout).toBe(
    [
      'acme EUR inbound 99.9999999999 outbound 0 mutual -99.9999999999',
      'globex USD inbound 20 outbound -10 mutual 30',
      'initech EUR inbound 0 outbound 1 mutual 1',
      '23 events of 3 accounts, root EmPTL3THQNTgg4oG8UyN047N5Zkc561reOMl7+GXnW4=; the first 23 are proven by example/checkpoint.',
      '0 differences in 23 events; blocks, unblocks and reservations were NOT checked: use tollgate-verify for them.\n',
    ].join('\n'),
  );
  expect(status).toBe(0);
  const told = JSON.parse(run([...args, '--json']).stdout) as { balances: object[] };
  expect(told).toMatchObject({ lines: 23, provenLines: 23, accounts: 3, findings: [] });
  expect(told.balances[1]).toEqual({
    ...{ accountId: 'globex', currency: 'USD' },
    balances: { inbound: '20', outbound: '-10', mutual: '30' },
  });
});

test('a checkpoint that no witness cosigned ends with 1, and says which', () => {
  const { status, stdout } = run([script, 'example/export.ndjson', ...proofs, '--witness', witnessOf(7).line]);
  const what = '  example/checkpoint: witness witness.example/w1 has not cosigned it\n';
  expect([status, stdout]).toEqual([1, expect.stringContaining(what)]);
});

test('one that was tampered with ends with 1, and says where', () => {
  const { status, stdout } = run([script, '-', ...proofs], `${readFileSync(exported, 'utf8')}{}\n`);
  expect([status, stdout]).toEqual([1, expect.stringContaining('line 24: it is no event')]);
});

test('an id could take a finding off the screen of the auditor, and write lines of its own', () => {
  const data = { accountId: 'a\u001b[2K\r\u202e\n0 differences', currency: 'EUR' };
  const event = { stream: 'account-a', revision: 0, eventId: 'e', type: 'AccountOpened', recordedAt: '', data };
  const { status, stdout } = run([script, '-'], `${JSON.stringify(event)}\n`);
  expect([status, stdout.split('\n')[0]]).toEqual([1, expect.stringContaining('a\ufffd[2K')]);
  expect(stdout.match(/[\p{Cc}\p{Cf}]/gu)?.join('')).toMatch(/^\n+$/);
});

test.each<[what: string, args: string[], says: string]>([
  ['no export', [], 'export'],
  ['an export that is not there', ['missing.ndjson'], 'missing.ndjson'],
  ['a key that is none', ['example/export.ndjson', ...proofs, '--key', 'example/checkpoint'], 'it is no public key'],
  ['a checkpoint that is none', ['example/export.ndjson', '--checkpoint', 'example/key.pub'], 'it is no checkpoint'],
  ['a key and nothing to check with it', ['example/export.ndjson', '--key', 'example/key.pub'], 'no --checkpoint'],
  [
    'the key of who signs, given as that of a witness',
    ['example/export.ndjson', ...proofs, '--witness', 'example/key.pub'],
    'it is no key of a witness',
  ],
  ['a witness and nothing that it may have cosigned', ['example/export.ndjson', '--witness', 'x'], 'no --checkpoint'],
  ['an option that it does not have', ['example/export.ndjson', '--kee', 'x'], '--kee'],
])('with %s it ends with 2 and says so', (_, args, says) => {
  const { status, stderr } = run([script, ...args]);
  expect([status, stderr]).toEqual([2, expect.stringContaining(says)]);
  expect(stderr).not.toContain('Traceback');
});
