import { exampleText, lines, textOf } from './example.fixture';
import { keyChange, keyOf, ledger, withKeyChange } from './signing.fixture';
import { changed } from './tampering-cases.fixture';

/** What used to mislead who read the verdict, and what both verifiers say now. */
export type MisleadingCase = {
  name: string;
  bytes: Buffer;
  /** Notes, by what they are called. */
  checkpoints: Record<string, string>;
  /** Public keys, as their lines. */
  keys: string[];
  /** The beginnings of all findings, in order. */
  findings: string[];
  /** The beginnings of all notes. */
  notes: string[];
  provenLines: number;
  /** Why nothing can be checked; then there is no verdict. */
  refused?: string;
};

const signed = { earlier: exampleText('checkpoint-earlier'), newest: exampleText('checkpoint') };
const exampleId = '8002db7c';
const [own, mailed, next] = [keyOf(1), keyOf(2), keyOf(3)];
const introduced = withKeyChange(keyChange(mailed, next));
const forked = changed(8, '+4930123456', '+4930123457');

const caseOf = (name: string, given: Partial<MisleadingCase>): MisleadingCase => ({
  ...{ name, bytes: textOf(lines), checkpoints: signed, keys: [exampleText('key.pub').trim()] },
  ...{ findings: [], notes: [], provenLines: 23 },
  ...given,
});

const byMail = `newest: it is signed by key ${mailed.id}, and nothing that was read says that it follows key ${own.id}`;
const mailedNotes = { earlier: own.note(lines, 10), newest: mailed.note(lines, 23) };

const signatures: MisleadingCase[] = [
  caseOf('a checkpoint of another key used to prove as many lines as one that was signed', {
    checkpoints: { ...signed, newest: own.note(lines, 23) },
    findings: [`newest: it is signed by key ${own.id}, and not by key ${exampleId}: `],
    provenLines: 10,
  }),
  caseOf('a damaged signature used to prove lines, and was called that of another key', {
    checkpoints: { ...signed, newest: signed.newest.replace(/(....)=*\n$/, (end) => end.replace(/^./, 'B')) },
    findings: [`newest: its signature by key ${exampleId} is wrong: it was damaged on the way, or forged`],
    provenLines: 10,
  }),
  caseOf('a checkpoint whose signature is wrong used to accuse of changed lines', {
    bytes: textOf(forked),
    checkpoints: { newest: own.note(lines, 23) },
    findings: [`newest: it is signed by key ${own.id}, and not by key ${exampleId}: `],
    provenLines: 0,
  }),
  caseOf('a second key that came by mail used to be as good as the first', {
    ...{ checkpoints: mailedNotes, keys: [own.line, mailed.line], findings: [byMail], provenLines: 10 },
  }),
  caseOf('a second key that an event of its own introduces is no better', {
    bytes: textOf(introduced),
    ...{ checkpoints: { newest: next.note(introduced, 25) }, keys: [own.line, mailed.line], provenLines: 0 },
    findings: [byMail.replace(mailed.id, next.id)],
  }),
  caseOf('a signature whose em dash a mail program replaced used to be none', {
    checkpoints: { newest: signed.newest.replace('\u2014', '-') },
  }),
  caseOf('a checkpoint with empty lines behind it used to be signed by nobody', {
    checkpoints: { newest: `${signed.newest}\n\n` },
  }),
  caseOf('a checkpoint without its signature used to be called forged', {
    checkpoints: { newest: `${signed.newest.split('\n').slice(0, 4).join('\n')}\nx\n` },
    findings: [`newest: it has no signature that can be read, and key ${exampleId} should have signed it`],
    provenLines: 0,
  }),
];

const tomorrow = String(withKeyChange('').at(-1)).replaceAll('2026-11-27', '2026-11-29');
const other = lines.map((line) => line.replaceAll('f00ba706', 'f00ba707'));
const histories: MisleadingCase[] = [
  caseOf('two histories of one size used to be called a change of lines 24 to 23', {
    checkpoints: { newest: own.note(lines, 23), shown: own.note(forked, 23) },
    ...{ keys: [own.line], findings: ['shown: it and newest are of 23 lines, with different roots: two histories'] },
  }),
  caseOf('two histories that are both not the export’s are told beside it', {
    bytes: textOf(forked),
    checkpoints: { newest: own.note(lines, 23), shown: own.note(lines.with(3, String(lines[4])), 23) },
    ...{ keys: [own.line], provenLines: 0 },
    findings: [
      'newest: the first 23 lines are not those that were signed: one of lines 1 to 23',
      'shown: it and newest are of 23 lines, with different roots: two histories',
    ],
  }),
  caseOf('a checkpoint of another ledger used to be four findings, and the first accused of changed lines', {
    checkpoints: { ...signed, newest: own.note(other, 23, ledger.replace('f00ba706', 'f00ba707')) },
    findings: [
      `newest: it is of ${ledger.replace('f00ba706', 'f00ba707')}, and the export is of ${ledger}: of another ledger`,
    ],
    provenLines: 10,
  }),
  caseOf('lines of tomorrow used to be taken without a word', {
    bytes: textOf([...lines, tomorrow]),
    notes: ['line 24: it is of 2026-11-29T11:45:01.000Z, and '],
  }),
];

const fileOf = (name: string, bytes: Buffer, refused: string): MisleadingCase =>
  caseOf(`${name} used to be called a ledger that differs`, { bytes, refused });

const files: MisleadingCase[] = [
  fileOf(
    'a checkpoint',
    Buffer.from(signed.newest),
    'it is no export: no line of it is an event, and it begins with "t',
  ),
  fileOf('a file of many other lines', Buffer.from('x\n'.repeat(1_000)), 'it is no export: no line of it is an event'),
  fileOf('an empty file', Buffer.alloc(0), 'it is empty'),
  fileOf('a compressed export', Buffer.from('1f8b0800', 'hex'), 'line 1: it is compressed'),
  fileOf('an export in UTF-16', Buffer.from(`\ufeff${String(lines[0])}`, 'utf16le'), 'line 1: it is UTF-16'),
  fileOf('an export with a byte order mark', Buffer.from(`\ufeff${lines.join('\n')}`), 'line 1: it begins with a byte'),
  fileOf('an export with CR LF', Buffer.from(lines.join('\r\n')), 'line 1: it ends with CR LF: it was converted on'),
  fileOf('one line of an export', textOf(lines.slice(22)), 'it is one line from the middle of a ledger'),
  fileOf('one block of an export', textOf(lines.slice(1, 2)), 'it is one line from the middle of a ledger'),
];

const newestDiffers = 'newest: the first 23 lines are not those that were signed: one of lines 11 to 23';
const lineCases: MisleadingCase[] = [
  caseOf('a line that was converted used to be one of many suspects', {
    bytes: textOf(lines.with(11, `${String(lines[11])}\r`)),
    ...{ findings: ['line 12: it ends with CR LF: it was converted on the way, not', newestDiffers], provenLines: 10 },
  }),
  caseOf('a line with white space before it used to be one of many suspects', {
    bytes: textOf(lines.with(11, ` ${String(lines[11])}`)),
    ...{ findings: ['line 12: it has white space at its beginning or end', newestDiffers], provenLines: 10 },
  }),
];

export const misleadingCases: MisleadingCase[] = [...signatures, ...histories, ...files, ...lineCases];
