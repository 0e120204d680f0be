import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, Position } from '@tollgate/event-store';
import type { Folder } from '@tollgate/folder';
import type { Log } from '@tollgate/service-runtime';
import { openKeptTree } from './kept-tree';
import type { KeptTree, TreePlace } from './kept-tree';
import type { LeafBatch, LeafSource } from './leaves';
import { recordKeyChange } from './key-change';
import { openSigner } from './signer';
import type { KeyPlace } from './signing-key';
import type { Signable, Signer } from './signer';
import { createSerial } from './serial';
import type { WitnessAddress } from './witness-address';
import { startWitnesses } from './witnesses';
import type { Witnesses } from './witnesses';

/** The ledger's tree, kept up with the log, and its signed checkpoints. */
export type Audit = {
  tree(): KeptTree;
  /** The last checkpoint, as a note, with the cosignatures that have come; absent before the first. */
  checkpoint(): string | undefined;
  witnesses: Witnesses;
  /** Not ready where the log is no extension of what was signed: that is for a person to say. */
  readiness(): { isReady: boolean; detail: string };
  /** Age of the oldest event that is not in the tree, as far as it is known; 0 when all are. */
  lagSeconds(): number;
  /** Resolves when it has stopped on request; rejects if the log cannot be followed. */
  done: Promise<void>;
  stop(): Promise<void>;
};

type Parts = {
  log: EventLog<LogEvent>;
  /** Of the lines of the same log. */
  leaves: LeafSource;
  /** Of the tree, which is derived. */
  folder: Folder;
  key: KeyPlace;
  clock: () => Date;
  logger: Log;
  /** Who is asked to cosign each checkpoint. */
  witnesses?: readonly WitnessAddress[] | undefined;
  /** Told of each checkpoint once it is kept: from then on it may be given out; and again with each cosignature of the newest. */
  onSigned?: ((note: string) => void) | undefined;
};

const checkpointEveryMs = 1_000;
/** The tree is derived: what is not on the disk is read from the log again. */
const flushEvery = 10;

/** Throws if there is something wrong with the key. */
export const startAudit = async ({ log, leaves, folder, key, clock, logger, ...parts }: Parts): Promise<Audit> => {
  const signer = await openSigner(key);
  let tree = await openKeptTree(folder);
  if (!(await isOf(log, tree)) || isWrong(tree, signer)) tree = await anew(tree, folder, logger);
  let place = tree.place;
  let lastRecordedAt: string | undefined;
  const serial = createSerial();

  const append = (batch: LeafBatch): void => {
    tree.append(batch);
    const size = tree.size();
    place = { size, position: batch.position, eventId: tree.eventId(size - 1) };
    lastRecordedAt = batch.recordedAt;
  };
  const from = { size: tree.size(), position: place?.position };
  const following = leaves(from, (batch) =>
    serial(() => {
      append(batch);
    }),
  );

  const witnesses = await startWitnesses(parts.witnesses ?? [], {
    ...{ clock, logger, keyPath: key.path, signed: signer.last(), onCosigned: parts.onSigned },
    consistency: (older, newer) => tree.consistency(older, newer),
  });
  const onSigned = (note: string): void => {
    witnesses.show(note);
    parts.onSigned?.(witnesses.cosigned(note));
  };
  const signing = createSigning({ signer, logger, onSigned });
  const keys = createKeyChanging({ signer, log, logger });
  let ticks = 0;
  const tick = (isLast = false): Promise<void> =>
    serial(async () => {
      if (place === undefined) return;
      ticks += 1;
      if (await keys.areSettled(place.position)) await signing.sign(signableOf(tree), following.isCaughtUp());
      if (place.size !== tree.place?.size && (isLast || ticks % flushEvery === 0)) await flush(tree, place, logger);
    });
  const timer = setInterval(() => void tick(), checkpointEveryMs);

  return {
    tree: () => tree,
    checkpoint: () => {
      const note = signer.last();
      return note && witnesses.cosigned(note);
    },
    witnesses,
    readiness: () => signing.readiness(tree.size()),
    lagSeconds: () => {
      if (following.isCaughtUp()) return 0;
      const since = lastRecordedAt === undefined ? following.behindSince() : new Date(lastRecordedAt);
      return since === undefined ? 0 : Math.max(0, (clock().getTime() - since.getTime()) / 1_000);
    },
    done: following.done,
    stop: async () => {
      clearInterval(timer);
      await following.stop();
      await tick(true);
      await witnesses.stop();
      tree.close();
      await signer.close();
    },
  };
};

const signableOf = (tree: KeptTree): Signable => ({ ledger: tree.eventId(0), size: tree.size(), root: tree.root });

type Signing = { signer: Signer; logger: Log; onSigned(note: string): void };

/** Signs what may be signed; what may not is told once, and kept. */
const createSigning = ({ signer, logger, onSigned }: Signing) => {
  let refusal: string | undefined;
  let signed = 0;
  let failure: string | undefined;
  const refuse = (reason: string): void => {
    if (reason !== refusal) logger.error({}, `no checkpoint is signed: ${reason}`);
    refusal = reason;
  };
  return {
    /** One that could not be signed is tried again. */
    readiness: (size: number): ReturnType<Audit['readiness']> => {
      if (refusal !== undefined) return { isReady: false, detail: refusal };
      const reason = failure === undefined ? '' : `; not signed: ${failure}`;
      return { isReady: true, detail: `${String(size)} events are in the tree${reason}` };
    },
    sign: async (tree: Signable, isCaughtUp: boolean): Promise<void> => {
      if (tree.size === signed || refusal !== undefined) return;
      const reason = signer.refusal(tree);
      if (reason !== undefined) {
        if (isCaughtUp || reason.why !== 'shorter') refuse(reason.detail);
        return;
      }
      try {
        const note = await signer.sign(tree);
        signed = tree.size;
        failure = undefined;
        onSigned(note);
      } catch (error) {
        if (failure !== String(error))
          logger.warn(
            { error: String(error) },
            'a checkpoint cannot be signed, or kept, and is not given out; it is tried again',
          );
        failure = String(error);
      }
    },
  };
};

/** Lets the key that follows sign once the tree has its event. */
const createKeyChanging = ({ signer, log, logger }: { signer: Signer; log: EventLog<LogEvent>; logger: Log }) => {
  let recordedAt: Position | undefined;
  return {
    /** Whether the key that signs now is the one that may sign a tree which ends at this position. */
    areSettled: async (position: Position): Promise<boolean> => {
      const next = signer.next();
      if (next === undefined) return true;
      try {
        recordedAt ??= await recordKeyChange(log, await next.change());
        if (position < recordedAt) return false;
        await signer.adopt(next);
        logger.info({ key: next.keys.next }, 'another key signs checkpoints from now on: give it to the auditors');
        return true;
      } catch (error) {
        logger.warn({ error: String(error) }, 'the signing key cannot be changed yet, and nothing is signed meanwhile');
        return false;
      }
    },
  };
};

const flush = async (tree: KeptTree, place: TreePlace, logger: Log): Promise<void> => {
  try {
    await tree.flush(place);
  } catch (error) {
    logger.warn({ error: String(error) }, 'the tree cannot be kept; a restart reads again what follows');
  }
};

/** Whether the log still has the event at which the tree ends: it may have been replaced by another copy. */
const isOf = async (log: EventLog<LogEvent>, { place }: KeptTree): Promise<boolean> =>
  place === undefined || (await log.read(place.position))?.eventId === place.eventId;

/** Whether its files say other than what was signed. The log then tells whether it is they that are wrong. */
const isWrong = (tree: KeptTree, signer: Signer): boolean =>
  tree.size() > 0 && signer.refusal(signableOf(tree))?.why === 'another history';

const anew = (tree: KeptTree, folder: Folder, logger: Log): Promise<KeptTree> => {
  tree.close();
  logger.warn({}, 'the kept tree is not of this log, and is made anew');
  return openKeptTree(folder, { isNew: true });
};
