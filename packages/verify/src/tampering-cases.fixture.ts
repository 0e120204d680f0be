import { exampleText, lines, textOf } from './example.fixture';
import { keyChange, keyOf, ledger, withKeyChange } from './signing.fixture';

/** What somebody may have done to an export, to a checkpoint or to keys, and one finding that both verifiers must have. */
export type TamperingCase = {
  name: string;
  bytes: Buffer;
  /** Notes, by what they are called. */
  checkpoints: Record<string, string>;
  /** Public keys, as their lines. */
  keys: string[];
  /** Those of witnesses. */
  witnesses?: string[];
  /** The beginning of a finding, with its place; none where all is whole. */
  finding?: string;
};

const signed = { earlier: exampleText('checkpoint-earlier'), newest: exampleText('checkpoint') };
const key = exampleText('key.pub').trim();

const caseOf = (name: string, given: readonly string[], finding?: string): TamperingCase => ({
  ...{ name, bytes: textOf(given), checkpoints: signed, keys: [key] },
  ...(finding !== undefined && { finding }),
});

const lineAt = (number: number): string => lines[number - 1] ?? '';
export const changed = (number: number, from: string, to: string): string[] => {
  if (!lineAt(number).includes(from)) throw new Error(`line ${String(number)} has no ${from}`);
  return lines.with(number - 1, lineAt(number).replace(from, to));
};

const other = (from: 1 | 11): string =>
  `newest: the first 23 lines are not those that were signed: one of lines ${String(from)} to 23`;
const edits: [what: string, edited: (line: number) => string[]][] = [
  ['dropped', (line) => lines.toSpliced(line - 1, 1)],
  ['doubled', (line) => lines.toSpliced(line - 1, 0, lineAt(line))],
  [
    'swapped with the next',
    (line) =>
      lines.toSpliced(line - 1, 2, ...(line < 23 ? [lineAt(line + 1), lineAt(line)] : [lineAt(line), lineAt(1)])),
  ],
  ['put in before', (line) => lines.toSpliced(line - 1, 0, lineAt(1).replaceAll('acme', 'other'))],
  ['made empty', (line) => lines.with(line - 1, '')],
];

/** The id of its first event. */
const ledgerOf = (given: readonly string[]): string | undefined => {
  const [first] = given.filter((line) => line !== '');
  return first === undefined ? undefined : /"eventId":"([^"]+)"/.exec(first)?.[1];
};

/** What the newest checkpoint tells; behind all that was signed it is the rules that tell. */
const findingOf = (edited: readonly string[]): string => {
  if (ledgerOf(edited) !== ledgerOf(lines)) return `newest: it is of ${ledger}, and the export is of tollgate/`;
  if (edited.length < lines.length) return 'newest: 23 lines were signed, and the export ends after 22';
  const [isFirst, isAll] = [10, 23].map((count) => edited.slice(0, count).join() === lines.slice(0, count).join());
  return isAll === true ? 'line 24: ' : other(isFirst === true ? 11 : 1);
};

const everyEdit = edits.flatMap(([what, edited]) =>
  lines.map((_, index) => caseOf(`line ${String(index + 1)} ${what}`, edited(index + 1), findingOf(edited(index + 1)))),
);

const everyCut = lines.slice(1).map((_, index) => {
  const left = index + 1;
  return caseOf(
    `the tail cut off after ${String(left)}`,
    lines.slice(0, left),
    `newest: 23 lines were signed, and the export ends after ${String(left)}`,
  );
});

/** Every `step`-th byte of the example changed, one at a time. */
export const byteCases = (step: number): TamperingCase[] => {
  const whole = textOf(lines);
  const [firstLine, firstLines] = [1, 10].map((count) => textOf(lines.slice(0, count)).length) as [number, number];
  return Array.from({ length: Math.ceil(whole.length / step) }, (_, index) => {
    const bytes = Buffer.from(whole);
    const at = index * step;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    const isSplit = whole.readUInt8(at) === 0x0a || bytes.readUInt8(at) === 0x0a;
    const finding = isSplit || at < firstLine ? 'newest: ' : other(at < firstLines ? 1 : 11);
    return { name: `byte ${String(at)}`, bytes, checkpoints: signed, keys: [key], finding };
  });
};

const rewrittenTail = changed(23, '"amount":"0"', '"amount":"0.0"');
const forked = changed(8, '+4930123456', '+4930123457');
const [own, stranger] = [keyOf(1), keyOf(2)];

const histories: TamperingCase[] = [
  caseOf('nothing', lines),
  caseOf('a tail written anew', rewrittenTail, other(11)),
  {
    ...caseOf('a tail written anew, which an old checkpoint does not see', rewrittenTail),
    checkpoints: { earlier: signed.earlier },
  },
  {
    ...caseOf(
      'a forked history that the operator signs',
      forked,
      'earlier: the first 10 lines are not those that were signed: one of lines 1 to 10',
    ),
    checkpoints: { earlier: own.note(lines, 10), newest: own.note(forked, 23) },
    keys: [own.line],
  },
  {
    ...caseOf('another key', lines, `newest: it is of ${ledger}, and key c74f20a3 is of PeterNeumann`),
    keys: ['PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'],
  },
  {
    ...caseOf(
      'another key under the same name',
      lines,
      `newest: it is signed by key 8002db7c, and not by key ${own.id}`,
    ),
    keys: [own.line],
  },
  {
    ...caseOf('a signature of another text', lines, 'newest: its signature by key 8002db7c is wrong'),
    checkpoints: { newest: signed.newest.replace(/\n23\n/, '\n22\n') },
  },
  {
    ...caseOf(
      'a checkpoint of another ledger',
      lines,
      `newest: it is of tollgate/other, and the export is of ${ledger}`,
    ),
    checkpoints: { newest: own.note(lines, 23, 'tollgate/other') },
    keys: [own.line],
  },
];

const rotated = withKeyChange(keyChange(own, stranger));
const stolen = withKeyChange(keyChange(own, stranger, { compromisedAfter: 10, endorsement: undefined }));
const keyCase = (
  name: string,
  given: readonly string[],
  more: Pick<TamperingCase, 'checkpoints' | 'keys'> & { finding?: string },
): TamperingCase => ({ name, bytes: textOf(given), ...more });
const unsigned = `newest: it is signed by key ${stranger.id}, and not by key ${own.id}`;

const keyCases: TamperingCase[] = [
  keyCase('a key that follows another', rotated, {
    checkpoints: { before: own.note(rotated, 23), newest: stranger.note(rotated, 25) },
    keys: [own.line],
  }),
  keyCase('a key that signs after it was replaced', rotated, {
    checkpoints: { newest: own.note(rotated, 24) },
    keys: [own.line],
    finding: `newest: key ${own.id} signs up to 23 events, and it is of 24`,
  }),
  keyCase('a key that signs before it follows', rotated, {
    checkpoints: { newest: stranger.note(rotated, 23) },
    keys: [own.line],
    finding: `newest: key ${stranger.id} signs from 24 events on, and it is of 23`,
  }),
  keyCase(
    'a change of keys that the first key did not sign',
    withKeyChange(keyChange(own, stranger, { endorsement: stranger.signed('x').toString('base64') })),
    {
      checkpoints: { newest: stranger.note(rotated, 25) },
      keys: [own.line],
      finding: `line 24: SigningKeyChanged: key ${own.id} has not signed that key ${stranger.id} follows it`,
    },
  ),
  keyCase('a stolen key up to where it counts', stolen, {
    checkpoints: { earlier: own.note(stolen, 10) },
    keys: [own.line],
  }),
  keyCase('a stolen key after that', stolen, {
    checkpoints: { earlier: own.note(stolen, 11) },
    keys: [own.line],
    finding: `earlier: key ${own.id} signs up to 10 events, and it is of 11`,
  }),
  keyCase('the key after a stolen one, which nobody gave', stolen, {
    checkpoints: { newest: stranger.note(stolen, 25) },
    keys: [own.line],
    finding: unsigned,
  }),
  keyCase('the key after a stolen one, given', stolen, {
    checkpoints: { earlier: own.note(stolen, 10), newest: stranger.note(stolen, 25) },
    keys: [own.line, stranger.line],
  }),
  keyCase(
    'a key that is stolen from after its end',
    withKeyChange(keyChange(own, stranger, { compromisedAfter: 24 })),
    { checkpoints: {}, keys: [], finding: 'line 24: SigningKeyChanged: 24 is no size before it' },
  ),
  keyCase('a change to a key that is none', withKeyChange(keyChange(own, { ...stranger, line: 'x' })), {
    checkpoints: {},
    keys: [],
    finding: 'line 24: SigningKeyChanged: it is no public key',
  }),
];

/** Nobody signed these: only the rules can tell. */
const ruleCases = (
  [
    [
      'what a reversal takes back',
      changed(
        16,
        '"reversed":{"direction":"inbound","amount":"99.9999999999"}',
        '"reversed":{"direction":"inbound","amount":"9"}',
      ),
      'line 16: usage c-1 of acme was 99.9999999999 inbound; its reversal says {"direction":"inbound","amount":"9"}',
    ],
    [
      'what is reversed',
      changed(16, '"id":"c-1"', '"id":"c-9"'),
      'line 16: usage c-9 of acme is reversed, and was never recorded',
    ],
    ['a reversal twice', lines.toSpliced(16, 0, lineAt(16)), 'line 17: usage c-1 of acme is reversed twice'],
    [
      'a currency',
      changed(6, '"currency":"EUR"', '"currency":"USD"'),
      'line 6: payment p-1 of acme is in USD, and the account in EUR',
    ],
    ['an id to one that was used', changed(11, '"c-3"', '"c-1"'), 'line 11: usage c-1 of acme counts twice'],
    [
      'an amount to none',
      changed(6, '"amount":"100"', '"amount":"1e2"'),
      'line 6: PaymentRecorded: 1e2 is no amount for it',
    ],
    [
      'a payment to a negative one',
      changed(6, '"amount":"100"', '"amount":"-1"'),
      'line 6: PaymentRecorded: -1 is no amount for it',
    ],
    [
      'a payment to nothing',
      changed(6, '"amount":"100"', '"amount":"0"'),
      'line 6: PaymentRecorded: 0 is no amount for it',
    ],
    [
      'a call to less than nothing',
      changed(8, '"99.9999999999"', '"-1"'),
      'line 8: UsageCharged: -1 is no amount for it',
    ],
    ['a call to nothing less', changed(8, '"99.9999999999"', '"-0"'), 'line 8: UsageCharged: -0 is no amount for it'],
    [
      'a correction to nothing',
      changed(13, '"amount":"20"', '"amount":"0"'),
      'line 13: BalanceAdjusted: 0 is no amount for it',
    ],
    [
      'a direction',
      changed(6, '"direction":"inbound"', '"direction":"inwards"'),
      'line 6: PaymentRecorded: inwards is no direction',
    ],
    [
      'the account',
      changed(6, '"accountId":"acme"', '"accountId":"globex"'),
      'line 6: PaymentRecorded of globex stands in account-acme',
    ],
    [
      'a type',
      changed(6, 'PaymentRecorded', 'PaymentRecordee'),
      'line 6: PaymentRecordee does not belong into account-acme',
    ],
    [
      'a type to a word of the language',
      changed(6, 'PaymentRecorded', 'constructor'),
      'line 6: constructor does not belong into',
    ],
    [
      'a stream',
      changed(6, '"stream":"account-acme"', '"stream":"other-acme"'),
      'line 6: PaymentRecorded does not belong into other-acme',
    ],
    ['a formula to none', changed(3, 'inbound-minus-outbound', 'inbound-plus-outbound'), 'line 3: {"balances":'],
    [
      'an account opened twice',
      changed(5, 'account-initech","revision":0', 'account-acme","revision":1').map((line) =>
        line.replace('"accountId":"initech","currency":"EUR"}', '"accountId":"acme","currency":"EUR"}'),
      ),
      'line 5: acme is opened twice',
    ],
    ['an account left out', lines.toSpliced(4, 1), 'line 17: account-initech goes on with revision 1 after -1'],
    ['an account that comes too late', lines.toSpliced(4, 1), 'line 17: CutoffChanged comes before initech is opened'],
    ['a line of no JSON', lines.with(4, '{'), 'line 5: it is no JSON'],
    ['a line of no number of JSON', changed(5, '"revision":0', '"revision":NaN'), 'line 5: it is no JSON'],
    ['a line of no event', lines.with(4, '[]'), 'line 5: it is no event'],
    [
      'a line that lacks a part',
      changed(5, '"eventId"', '"eventid"'),
      'line 5: stream, revision, eventId, type and recordedAt are not all there',
    ],
  ] as [string, string[], string][]
).map(([name, given, finding]): TamperingCase => ({ ...caseOf(name, given, finding), checkpoints: {}, keys: [] }));

export const tamperingCases: TamperingCase[] = [...histories, ...keyCases, ...everyEdit, ...everyCut, ...ruleCases];
