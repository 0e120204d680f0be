import { gzipSync } from 'node:zlib';
import type { Log } from '@tollgate/service-runtime';
import { until } from './audit.fixture';
import { startWitness } from './witness';
import type { Witness } from './witness';
import { readWitnessAddress } from './witness-address';
import { createCosigner, startAnswering } from './witness.fixture';
import type { Answer } from './witness.fixture';

const name = 'witness.example/w1';
const own = createCosigner(name);
const stranger = createCosigner(name);
const noteOf = (size: number): string =>
  `tollgate/a\n${String(size)}\n${Buffer.alloc(32, size).toString('base64')}\n\n\u2014 tollgate/a AAAA\n`;

let server: Awaited<ReturnType<typeof startAnswering>>;
let witness: Witness;
let now: number;
let news: number;
let lines: string[];

const write =
  (level: string) =>
  (facts: object, text: string): void => {
    lines.push(`${level} ${JSON.stringify(facts)} ${text}`);
  };
const logger: Log = { debug: () => undefined, info: write('info'), warn: write('warn'), error: write('error') };

beforeEach(async () => {
  server = await startAnswering();
  [now, news, lines] = [0, 0, []];
  witness = startWitness(readWitnessAddress(`${server.url} ${own.line}`), {
    ...{ logger, kept: undefined, clock: () => new Date(now), onCosigned: () => (news += 1) },
    consistency: (from, to) => [Buffer.alloc(32, from), Buffer.alloc(32, to)],
  });
});
afterEach(async () => {
  await witness.stop();
  await server.stop();
});

const cosigning: Answer = ({ note }, response) => response.end(own.cosign(note));
const answering =
  (status: number, body: string | Uint8Array = '', headers = {}): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end(body);
const sizeType = { 'content-type': 'text/x.tlog.size' };

test('shows each checkpoint with a proof from what it cosigned last, and keeps its line', async () => {
  server.told.answer = cosigning;
  for (const size of [5, 8]) {
    witness.offer(noteOf(size));
    await until(() => witness.last()?.note === noteOf(size));
  }
  expect(server.asked.map(({ old, proof, note }) => [old, proof.length, note])).toEqual([
    [0, 0, noteOf(5)],
    [5, 2, noteOf(8)],
  ]);
  expect(server.asked[1]?.proof).toEqual([5, 8].map((byte) => Buffer.alloc(32, byte).toString('base64')));
  expect(witness.last()?.cosignatures).toEqual([own.cosign(noteOf(8)).trimEnd()]);
  expect([news, witness.waitingSeconds(), witness.failure(), lines]).toEqual([2, 0, undefined, []]);
});

test('asks from where a witness says that it is, without waiting, as after a restart', async () => {
  server.told.answer = (asked, response) =>
    asked.old === 3 ? cosigning(asked, response) : answering(409, '3\n', sizeType)(asked, response);
  witness.offer(noteOf(5));
  await until(() => witness.last() !== undefined);
  expect([server.asked.map(({ old }) => old), lines]).toEqual([[0, 3], []]);
});

test('lines of other keys beside its own are passed over', async () => {
  server.told.answer = ({ note }, response) => response.end(`${stranger.cosign(note)}\u2014 x y\n${own.cosign(note)}`);
  witness.offer(noteOf(5));
  await until(() => witness.last() !== undefined);
  expect(witness.last()?.cosignatures).toEqual([own.cosign(noteOf(5)).trimEnd()]);
});

test.each<[what: string, answer: Answer, says: string | RegExp]>([
  ['answers 500', answering(500), 'it answered 500'],
  ['does not know the ledger', answering(404), /^it does not know this ledger \(404\)/],
  ['does not know the key', answering(403), /^it knows another key of this ledger \(403\)/],
  ['says nothing', answering(200), 'its answer has no cosignature of its key'],
  [
    'says nonsense',
    answering(200, '<html>\u2014 witness.example/w1 AAAA\n\u0000'),
    'its answer has no cosignature of its key',
  ],
  [
    'signs with another key under its name',
    ({ note }, response) => response.end(stranger.cosign(note)),
    'its answer has no cosignature of its key',
  ],
  [
    'signs another checkpoint',
    (_, response) => response.end(own.cosign(noteOf(9))),
    'its cosignature is not of this checkpoint, or not of its key',
  ],
  [
    'signs this one and another',
    ({ note }, response) => response.end(own.cosign(note) + own.cosign(noteOf(9))),
    'its cosignature is not of this checkpoint, or not of its key',
  ],
  [
    'cuts its signature off',
    ({ note }, response) => response.end(own.cosign(note).slice(0, -13) + '\n'),
    'its cosignature is not of this checkpoint, or not of its key',
  ],
  ['says no size', answering(409, 'old\n', sizeType), 'it answered 409'],
  [
    'wants another size each time',
    ({ old }, response) => response.writeHead(409).end(`${String((old + 1) % 3)}\n`),
    'it answers 409 to what it asked for',
  ],
  ['wants what it was given', answering(409, '0\n', sizeType), 'it answers 409 to what it asked for'],
  ['sends elsewhere', answering(307, '', { location: '/elsewhere' }), 'fetch failed: unexpected redirect'],
  [
    'breaks off',
    (_, response) => void response.write('\u2014', () => response.destroy()),
    'terminated: other side closed',
  ],
  [
    'sends headers without end',
    answering(200, '', { 'x-long': 'x'.repeat(100_000) }),
    'fetch failed: UND_ERR_HEADERS_OVERFLOW',
  ],
  [
    'packs a gigabyte into a few bytes',
    answering(200, gzipSync(gzipSync(Buffer.alloc(100 << 20))), { 'content-encoding': 'gzip, gzip' }),
    'its answer does not end',
  ],
  ['hangs up', (_, response) => response.destroy(), 'fetch failed: other side closed'],
  [
    'talks without end',
    (_, response) => {
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(20_000), () => setImmediate(more));
      };
      more();
    },
    'its answer does not end',
  ],
])('one that %s is asked again, and harms nothing', async (_, answer, says) => {
  server.told.answer = answer;
  witness.offer(noteOf(5));
  now = 3_000;
  await until(() => witness.failure() !== undefined);
  expect(witness.failure()).toEqual(typeof says === 'string' ? says : expect.stringMatching(says));
  expect([witness.last(), witness.isRefusing(), witness.waitingSeconds(), news]).toEqual([undefined, false, 3, 0]);
  expect(lines).toEqual([expect.stringMatching(/^warn .*a witness does not cosign/)]);
  server.told.answer = cosigning;
  witness.offer(noteOf(6));
  await until(() => witness.last()?.note === noteOf(6));
  expect([witness.failure(), witness.waitingSeconds(), lines.length]).toEqual([undefined, 0, 2]);
  expect(lines.join()).not.toContain('secret');
});

test('one that sent its line a thousand times made checkpoints that readers of notes refuse', async () => {
  server.told.answer = ({ note }, response) => response.end(own.cosign(note).repeat(400));
  witness.offer(noteOf(5));
  await until(() => witness.last() !== undefined);
  expect(witness.last()?.cosignatures).toEqual([own.cosign(noteOf(5)).trimEnd()]);
});

test.each([
  ['witness.invalid', 'fetch failed: ENOTFOUND'],
  ['localhost:31999', 'fetch failed: ECONNREFUSED'],
])('the host of one that cannot be reached, %s, was told in /readyz, or else nothing was', async (host, says) => {
  const { name: of, ...address } = readWitnessAddress(`http://${host} ${own.line}`);
  const away = startWitness(
    { name: of, ...address },
    {
      ...{ logger, kept: undefined, clock: () => new Date(now), onCosigned: () => undefined },
      consistency: () => [],
    },
  );
  away.offer(noteOf(5));
  await until(() => away.failure() !== undefined);
  await away.stop();
  expect(away.failure()).toMatch(new RegExp(`^${says.replace('ENOTFOUND', '(ENOTFOUND|EAI_AGAIN)')}$`));
});

test.each<[what: string, answer: Answer, says: string]>([
  [
    'more events than are signed',
    answering(409, '7\n', sizeType),
    'it has seen 7 events of this ledger, and 5 are signed here',
  ],
  [
    'other events in their place',
    answering(409, '5\n', sizeType),
    'it has seen other events in the place of the 5 that are signed here',
  ],
  [
    'other events at their beginning',
    (asked, response) => answering(asked.old === 3 ? 422 : 409, '3\n', sizeType)(asked, response),
    'the checkpoint does not continue the 3 events that it has seen',
  ],
])('one that has seen %s is told of as an error, once, until it cosigns again', async (_, answer, says) => {
  server.told.answer = answer;
  witness.offer(noteOf(5));
  await until(() => witness.isRefusing());
  expect([witness.failure(), witness.last()]).toEqual([says, undefined]);
  const before = server.asked.length;
  await until(() => server.asked.length > before);
  expect(lines).toEqual([expect.stringMatching(/^error .*A WITNESS HAS SEEN ANOTHER HISTORY/)]);
  server.told.answer = cosigning;
  await until(() => witness.last()?.note === noteOf(5));
  expect([witness.isRefusing(), witness.failure(), lines.length]).toEqual([false, undefined, 2]);
});

test('of those that wait behind one under way only the newest is shown', async () => {
  const answers: (() => void)[] = [];
  server.told.answer = (asked, response) => {
    answers.push(() => cosigning(asked, response));
  };
  for (const size of [5, 6, 7]) witness.offer(noteOf(size));
  for (const count of [1, 2]) {
    await until(() => answers.length === count);
    answers[count - 1]?.();
  }
  await until(() => witness.waitingSeconds() === 0 && witness.last()?.note === noteOf(7));
  expect(server.asked.map(({ note }) => note)).toEqual([noteOf(5), noteOf(7)]);
});

test('one that never answers keeps nobody from stopping', async () => {
  server.told.answer = () => undefined;
  witness.offer(noteOf(5));
  await until(() => server.asked.length === 1);
  const before = Date.now();
  await witness.stop();
  expect(Date.now() - before).toBeLessThan(2_000);
  expect(lines).toEqual([]);
});
