import { exampleText, lines, textOf } from './example.fixture';
import { ledger, witnessOf } from './signing.fixture';
import type { TamperingCase } from './tampering-cases.fixture';

const signed = { earlier: exampleText('checkpoint-earlier'), newest: exampleText('checkpoint') };
const own = witnessOf(7);
const second = witnessOf(8, 'other.example/w2');
const stranger = witnessOf(9);

type Given = Pick<TamperingCase, 'checkpoints'> & Partial<Pick<TamperingCase, 'witnesses' | 'keys' | 'finding'>>;

const caseOf = (name: string, given: Given): TamperingCase => ({
  ...{ name, bytes: textOf(lines), keys: [exampleText('key.pub').trim()], witnesses: [own.line] },
  ...given,
});

const missing = 'newest: witness witness.example/w1 has not cosigned it';
const wrong = (checkpoint: string): string =>
  `${checkpoint}: the cosignature of witness witness.example/w1 is not its own, or not of this checkpoint`;
const cosigned = own.cosigned(signed.newest);
/** What of a note is signed. */
const textOfNote = (note: string): string => note.slice(0, note.lastIndexOf('\n\n') + 1);

/** The same, but for the last byte of the time that it was cosigned at. */
const laterBySeconds = (note: string): string =>
  note.replace(/(\S+)\n$/, (_, base64: string) => {
    const bytes = Buffer.from(base64, 'base64');
    bytes.writeUInt8(bytes.readUInt8(11) ^ 1, 11);
    return `${bytes.toString('base64')}\n`;
  });

/** What somebody may have done to cosignatures; an export that nobody touched. */
export const witnessCases: TamperingCase[] = [
  caseOf('a checkpoint that its witness cosigned', { checkpoints: { newest: cosigned } }),
  caseOf('the newest alone cosigned, of two', { checkpoints: { ...signed, newest: cosigned } }),
  caseOf('one that is cosigned, beside the same without', { checkpoints: { newest: signed.newest, again: cosigned } }),
  caseOf('a cosignature of each of two witnesses', {
    checkpoints: { newest: second.cosigned(cosigned) },
    witnesses: [own.line, second.line],
  }),
  caseOf('a cosignature that nobody asked for', { checkpoints: { newest: cosigned }, witnesses: [] }),
  caseOf('no cosignature', { checkpoints: signed, finding: missing }),
  caseOf('no cosignature of the second', {
    checkpoints: { newest: cosigned },
    witnesses: [own.line, second.line],
    finding: 'newest: witness other.example/w2 has not cosigned it',
  }),
  caseOf('a cosignature of the older alone', {
    checkpoints: { newest: signed.newest, earlier: own.cosigned(signed.earlier) },
    finding: missing,
  }),
  caseOf('a cosignature of another key under the same name', {
    checkpoints: { newest: stranger.cosigned(signed.newest) },
    finding: missing,
  }),
  caseOf('a cosignature of another checkpoint', {
    checkpoints: { newest: own.cosigned(signed.newest, { of: `${ledger}\n24\nAAAA\n` }) },
    finding: wrong('newest'),
  }),
  caseOf('a wrong cosignature of the older', {
    checkpoints: { newest: cosigned, earlier: own.cosigned(signed.earlier, { of: 'x' }) },
    finding: wrong('earlier'),
  }),
  caseOf('a cosignature whose time was changed', {
    checkpoints: { newest: laterBySeconds(cosigned) },
    finding: wrong('newest'),
  }),
  caseOf('a cosignature that is right, below one that is not', {
    checkpoints: { newest: own.cosigned(own.cosigned(signed.newest, { of: 'x' }), { of: textOfNote(signed.newest) }) },
    finding: wrong('newest'),
  }),
  caseOf('a cosignature that was cut off', {
    checkpoints: { newest: cosigned.replace(/\S{8}\n$/, '\n') },
    finding: wrong('newest'),
  }),
];
