import { Unusable, readCheckpoint, readPublicKey } from './checkpoint';
import { exampleText, findingsOf, lines, notesOf, textOf, verified } from './example.fixture';
import { misleadingCases } from './misleading-cases.fixture';
import { changed } from './tampering-cases.fixture';

const beginning = (texts: readonly string[]) => texts.map((text): unknown => expect.stringContaining(text));

test.each(misleadingCases)('$name', async ({ bytes, checkpoints, keys, refused, ...told }) => {
  const notes = Object.entries(checkpoints).map(([name, note]) => [name, readCheckpoint(note)] as const);
  const verdict = verified(bytes, { checkpoints: Object.fromEntries(notes), with: keys.map(readPublicKey) });
  if (refused !== undefined) {
    await expect(verdict).rejects.toThrow(Unusable);
    await expect(verdict).rejects.toThrow(refused);
    return;
  }
  const { provenLines } = await verdict;
  expect([findingsOf(await verdict), notesOf(await verdict), provenLines]).toEqual([
    ...[beginning(told.findings), beginning(told.notes), told.provenLines],
  ]);
});

test('two checkpoints in one file used to be signed by nobody', () => {
  expect(() => readCheckpoint(`${exampleText('checkpoint-earlier')}\n${exampleText('checkpoint')}`)).toThrow(
    /^it holds more than one checkpoint/,
  );
});

const unsigned = { checkpoints: {} };

test('an edge that is due in the last minute used to be forgiven without a word: it is counted', async () => {
  const verdict = await verified(textOf(lines.slice(0, 11)), unsigned);
  expect([verdict.findings, verdict.stillDue]).toEqual([[], 1]);
  expect((await verified(textOf(lines), unsigned)).stillDue).toBe(0);
});

test('an edge whose cause has no time used to be forgiven for ever', async () => {
  const undated = changed(11, /"recordedAt":"[^"]+"/.exec(String(lines[10]))?.[0] ?? '', '"recordedAt":"x"');
  const verdict = await verified(textOf(undated.slice(0, 11)), unsigned);
  expect(findingsOf(verdict)).toEqual(['line 11: TrafficBlocked inbound of acme was due, and was never decided']);
});

test.each<[by: string, to: string, notes: string[]]>([
  ['a minute', '2026-11-27T11:45:00.000Z', []],
  [
    'a day',
    '2026-11-28T11:44:10.000Z',
    ['line 12: TrafficBlocked inbound of acme was decided 24 hours after its cause, line 11'],
  ],
])('a decision that came %s late used to be as good as one in time', async (_, recordedAt, notes) => {
  const time = /"recordedAt":"([^"]+)"/.exec(String(lines[11]))?.[1] ?? '';
  const verdict = await verified(textOf(changed(12, `"recordedAt":"${time}"`, `"recordedAt":"${recordedAt}"`)), {
    ...unsigned,
    now: Date.parse('2026-11-29T00:00:00Z'),
  });
  expect([findingsOf(verdict), notesOf(verdict)]).toEqual([[], notes]);
});
