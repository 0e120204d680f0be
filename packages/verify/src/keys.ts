import { Unusable, isEd25519, isSignedBy, readPublicKey, signersOf } from './checkpoint';
import type { Checkpoint, PublicKey } from './checkpoint';
import type { Event, Fields } from './event';

/**
 * The keys that sign a ledger's checkpoints, one after the other. A key signs up to the line before the event that replaces it, or, where it
 * was stolen, up to a size.
 */
export type Keys = {
  /** Takes in an event that changes the key; what is wrong with it, if something is. */
  follow(event: Event, line: number): string[];
  /** What is wrong with who signed a checkpoint, by all that was taken in. */
  faults(checkpoint: Checkpoint): string[];
  /** That a checkpoint is signed by none of the first key that was given and of those that events lead to from it. */
  unintroduced(checkpoint: Checkpoint): string[];
};

export const createKeys = (given: readonly PublicKey[]): Keys => {
  const trusted = new Map(given.map((key) => [key.keyId, key]));
  const [beginning] = given;
  /** The first key that was given, and those that events lead to from it. */
  const introduced = new Set(given.slice(0, 1).map(({ keyId }) => keyId));
  const firstSizes = new Map<string, number>();
  const lastSizes = new Map<string, number>();

  const follow = ({ data }: Event, line: number): string[] => {
    const keys = keysIn(data);
    if (typeof keys === 'string') return [keys];
    const { previous, next } = keys;
    const { compromisedAfter: stolenAfter } = data;
    const last = stolenAfter ?? line - 1;
    if (!isSizeBelow(line, last)) return [`SigningKeyChanged: ${JSON.stringify(stolenAfter)} is no size before it`];
    lastSizes.set(previous.keyId, Math.min(last, lastSizes.get(previous.keyId) ?? last));
    firstSizes.set(next.keyId, line);
    const endorser = trusted.get(previous.keyId);
    // Whoever stole a key can endorse with it too: the next one is then trusted by who was given it.
    const isTold = stolenAfter !== undefined || endorser === undefined;
    if (!isTold && !isEndorsed(data, endorser))
      return [`SigningKeyChanged: key ${previous.keyId} has not signed that key ${next.keyId} follows it`];
    if (!isTold) trusted.set(next.keyId, next);
    if (introduced.has(previous.keyId)) introduced.add(next.keyId);
    return [];
  };

  /** Why a key may not have signed so many; nothing if it may. */
  const outOfReach = ({ keyId }: PublicKey, size: number): string | undefined => {
    const first = firstSizes.get(keyId) ?? 0;
    const last = lastSizes.get(keyId) ?? size;
    if (size < first) return `key ${keyId} signs from ${String(first)} events on, and it is of ${String(size)}`;
    return size > last ? `key ${keyId} signs up to ${String(last)} events, and it is of ${String(size)}` : undefined;
  };

  const signatureFaults = (checkpoint: Checkpoint): string[] => {
    const signers = signersOf(checkpoint, [...trusted.values()]);
    if (signers.length === 0) return [unsignedBy(checkpoint, [...trusted.values()])];
    const wrong = signers.filter((key) => !isSignedBy(checkpoint, key));
    if (wrong.length > 0)
      return [`its signature by key ${idsOf(wrong)} is wrong: it was damaged on the way, or forged`];
    const reasons = signers.flatMap((key) => outOfReach(key, checkpoint.size) ?? []);
    return reasons.length < signers.length ? [] : reasons;
  };

  return {
    follow,
    faults: (checkpoint) => {
      if (given.length === 0) return [];
      const { origin } = checkpoint;
      const elsewhere = given.filter(({ name }) => origin !== name && !origin.startsWith(`${name}/`));
      return elsewhere.length === 0
        ? signatureFaults(checkpoint)
        : elsewhere.map(({ name, keyId }) => `it is of ${origin}, and key ${keyId} is of ${name}`);
    },
    unintroduced: (checkpoint) => {
      const signers = signersOf(checkpoint, [...trusted.values()]);
      const isIntroduced = signers.length === 0 || signers.some(({ keyId }) => introduced.has(keyId));
      return beginning === undefined || isIntroduced
        ? []
        : [
            `it is signed by key ${idsOf(signers)}, and nothing that was read says that it follows key ${beginning.keyId}, the first that was given: it proves only what you trust key ${idsOf(signers)} for`,
          ];
    },
  };
};

const idsOf = (keys: readonly { keyId: string }[]): string => keys.map(({ keyId }) => keyId).join(' and ');

const unsignedBy = ({ signatures }: Checkpoint, keys: readonly PublicKey[]): string => {
  const expected = `key ${idsOf(keys)}`;
  const own = signatures.filter(({ name }) => keys.some((key) => key.name === name));
  return own.length === 0
    ? `it has no signature that can be read, and ${expected} should have signed it: save it as it came`
    : `it is signed by key ${idsOf(own)}, and not by ${expected}: it is of a key that you were not given, or forged`;
};

const keysIn = ({ previous, next }: Fields): { previous: PublicKey; next: PublicKey } | string => {
  try {
    return { previous: readPublicKey(String(previous)), next: readPublicKey(String(next)) };
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    return `SigningKeyChanged: ${error.message}`;
  }
};

const isSizeBelow = (line: number, size: unknown): size is number =>
  Number.isSafeInteger(size) && Number(size) >= 0 && Number(size) < line;

const isEndorsed = ({ previous, next, endorsement }: Fields, by: PublicKey): boolean => {
  const message = `tollgate signing key\n${String(previous)}\n${String(next)}\n`;
  return isEd25519(Buffer.from(message), Buffer.from(String(endorsement), 'base64'), by);
};
