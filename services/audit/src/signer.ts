import { basename, dirname } from 'node:path';
import { lockFolder, openFolder, replaceText, textIn } from '@tollgate/folder';
import type { Hash } from '@tollgate/merkle';
import { checkpointIn, signedNote, verifierKey } from './checkpoint';
import type { Checkpoint } from './checkpoint';
import { adoptNextKey, isChanging, readNextKey } from './key-change';
import type { NextKey } from './key-change';
import { noneYet, readLast, toldKey, whyLost } from './last-checkpoint';
import { notOfAgent, openSigningKey } from './signing-key';
import type { KeyPlace, SigningKey } from './signing-key';

/** What the signer is asked to sign: a tree of the ledger whose first event has this id. */
export type Signable = { ledger: string; size: number; root(size: number): Hash };

/** Of a tree that is shorter than what was signed it is not known yet whether it will be another history. */
type Refusal = { detail: string; why: 'another ledger' | 'another history' | 'lost' | 'shorter' };

/** Signs checkpoints, each an extension of the one before, which it keeps beside its key. */
export type Signer = {
  /** The last one that was signed, as a note; absent before the first. */
  last(): string | undefined;
  /** Why this must not be signed, by the last one that was; absent if it may. */
  refusal(tree: Signable): Refusal | undefined;
  /** The key that follows once its event is in the tree: until then nothing is to be signed. Absent where none does. */
  next(): NextKey | undefined;
  /** From now on the key that follows signs. */
  adopt(next: NextKey): Promise<void>;
  /** The note, once it is kept. Throws where it must not be signed. */
  sign(tree: Signable): Promise<string>;
  close(): Promise<void>;
};

/** A ledger begins anew under another origin where its history went another way than what was signed. */
type Origin = { suffix: string; extension: string[] };

/** One process at a time signs with a key. Throws `FolderInUse`, or what is wrong with the key. */
export const openSigner = async (place: KeyPlace): Promise<Signer> => {
  const { path } = place;
  let by = await openSigningKey(place);
  requireAsSaid(place, by);
  const lock = await lockFolder(`${path}.lock`);
  const folder = await openFolder(dirname(path));
  const { suffix, extension } = readOrigin(path);
  const lost = whyLost(path);
  let last = readLast(path);
  const name = last === undefined ? undefined : checkpointIn(last).origin.split('/').slice(0, 2).join('/');
  let next = name === undefined ? undefined : await readNextKey(place, name, by);

  const checkpointOf = ({ ledger, size, root }: Signable): Checkpoint => ({
    origin: `${nameOf(ledger)}${suffix}`,
    size,
    root: root(size),
    extension,
  });

  const refusal = (tree: Signable): Refusal | undefined => {
    if (lost !== undefined) return { why: 'lost', detail: lost };
    const before = last === undefined ? undefined : checkpointIn(last);
    if (before === undefined) return undefined;
    const { origin } = checkpointOf(tree);
    const signed = `${String(before.size)} events were signed`;
    if (before.origin !== origin) {
      const detail = `the signing key ${path} has signed for ${before.origin}, and this ledger is ${origin}: give it a key of its own`;
      return { why: 'another ledger', detail };
    }
    if (tree.size < before.size)
      return { why: 'shorter', detail: `${signed}, and the log has ${String(tree.size)}: ${remedy}` };
    if (Buffer.compare(tree.root(before.size), before.root) !== 0)
      return { why: 'another history', detail: `${signed}, and the log holds others in their place: ${remedy}` };
    return undefined;
  };

  return {
    last: () => last,
    refusal,
    next: () => next,
    adopt: async (following) => {
      await adoptNextKey(path, following);
      by = following;
      next = undefined;
    },
    sign: async (tree) => {
      const reason = refusal(tree);
      if (reason !== undefined) throw new Error(reason.detail);
      const named = { name: nameOf(tree.ledger), publicKey: by.publicKey };
      const note = await signedNote(checkpointOf(tree), { ...named, sign: by.sign });
      if (last === undefined) {
        // Before the public key, or a crash in between would look like a loss.
        await replaceText(folder, `${basename(path)}.last`, noneYet);
        await replaceText(folder, `${basename(path)}.pub`, `${verifierKey(named)}\n`);
      }
      await replaceText(folder, `${basename(path)}.last`, note);
      last = note;
      return note;
    },
    close: () => lock.release(),
  };
};

const remedy =
  'put the log back that was signed; or, if this one is what counts, say why with "tollgate audit new-origin --reason TEXT"';

/** A key that was put in the place of another is trusted by nobody, and one in a file is none of an agent's; unless one follows the other. */
const requireAsSaid = ({ path, agent }: KeyPlace, { publicKey, holder }: SigningKey): void => {
  if (isChanging(path)) return;
  if (agent !== undefined && holder === 'file') throw new Error(notOfAgent(path, agent));
  const told = textIn(`${path}.pub`)?.trim();
  if (told === undefined || (toldKey(path) === undefined && readLast(path) === undefined)) return;
  const [name = ''] = told.split('+');
  if (verifierKey({ name, publicKey }) !== told)
    throw new Error(
      `${path} is another key than auditors were told of in ${path}.pub: put that one back; another one follows it by "tollgate audit rotate-key --next-key"`,
    );
};

/** The origin of a ledger, and the name of its key. */
const nameOf = (ledger: string): string => `tollgate/${ledger}`;

const readOrigin = (path: string): Origin => {
  const text = textIn(`${path}.origin`);
  return text === undefined ? { suffix: '', extension: [] } : (JSON.parse(text) as Origin);
};

/**
 * Lets a ledger go on whose history went another way than what was signed: the next checkpoints are of a new origin, and each names
 * the last one of the old, and the reason. Returns that one, without its size where it is lost. Throws where nothing was signed, and
 * `FolderInUse`.
 */
export const beginNewOrigin = async (path: string, reason: string): Promise<EndOfOrigin> => {
  const last = readLast(path);
  const { origin, size, figures } = endOf(path, last);
  const lock = await lockFolder(`${path}.lock`);
  try {
    const { suffix } = readOrigin(path);
    const number = Number(suffix.slice(1) || '1');
    const next: Origin = {
      suffix: `/${String(number + 1)}`,
      extension: [['continues', origin, ...figures].join(' '), `reason ${JSON.stringify(reason)}`],
    };
    const folder = await openFolder(dirname(path));
    const name = basename(path);
    if (last !== undefined) await replaceText(folder, `${name}.last.${String(number)}`, last);
    await replaceText(folder, `${name}.origin`, JSON.stringify(next));
    await replaceText(folder, `${name}.last`, noneYet);
  } finally {
    await lock.release();
  }
  return { origin, size };
};

/** Where a history ended; of one whose last checkpoint is lost no more is known than its origin. */
type EndOfOrigin = { origin: string; size: number | undefined };

const endOf = (path: string, last: string | undefined): EndOfOrigin & { figures: string[] } => {
  if (last !== undefined) {
    const { origin, size, root } = checkpointIn(last);
    return { origin, size, figures: [String(size), Buffer.from(root).toString('base64')] };
  }
  const told = whyLost(path) === undefined ? undefined : toldKey(path);
  if (told === undefined) throw new Error(`nothing was signed yet with ${path}: there is no origin to go on from`);
  const [ledger = ''] = told.split('+');
  return { origin: `${ledger}${readOrigin(path).suffix}`, size: undefined, figures: [] };
};
