import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '@tollgate/backoff';
import type { Hash } from '@tollgate/merkle';
import type { Log } from '@tollgate/service-runtime';
import { OtherHistory, addCheckpoint } from './add-checkpoint';
import { checkpointIn } from './checkpoint';
import type { Cosigned } from './cosignature';
import type { WitnessAddress } from './witness-address';

/** One witness, to which every checkpoint is shown, or a newer one in its place, however long it is away. */
export type Witness = {
  name: string;
  offer(note: string): void;
  /** The newest that it has cosigned. */
  last(): Cosigned | undefined;
  /** Of the oldest that it has not cosigned, nor a newer one; 0 when none waits. */
  waitingSeconds(): number;
  /** Why nothing is cosigned by now; absent when all is well. */
  failure(): string | undefined;
  /** Whether it says that it has seen another history of this ledger. */
  isRefusing(): boolean;
  stop(): Promise<void>;
};

export type WitnessParts = {
  /** What it cosigned last before the start. */
  kept: Cosigned | undefined;
  /** That the first events of the tree are the first of a larger part of it. */
  consistency(from: number, to: number): readonly Hash[];
  /** Told when the newest checkpoint has been cosigned. */
  onCosigned(): void;
  clock: () => Date;
  logger: Log;
};

const backoff = { firstMs: 500, limitMs: 60_000 };

export const startWitness = (address: WitnessAddress, parts: WitnessParts): Witness => {
  const { name } = address;
  const { clock, onCosigned } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  const trouble = createTrouble(name, parts.logger);
  const ask = createAsking(address, parts, signal);
  let newest: { note: string; at: Date } | undefined;
  let since: Date | undefined;
  let last = parts.kept;
  let working: Promise<void> | undefined;

  const onAnswer = (note: string, cosignatures: readonly string[]): void => {
    trouble.end();
    last = { note, cosignatures };
    if (newest?.note === note) newest = undefined;
    since = newest?.at;
    onCosigned();
  };
  const isWaiting = (): boolean => newest !== undefined && !signal.aborted;
  const work = async (): Promise<void> => {
    for (let failed = 0; newest !== undefined && isWaiting();) {
      const { note } = newest;
      try {
        onAnswer(note, await ask(note));
        failed = 0;
      } catch (error) {
        if (isWaiting()) trouble.is(error);
        await delay(backoffMs(failed, backoff), undefined, { signal }).catch(() => undefined);
        failed += 1;
      }
    }
    working = undefined;
  };
  return {
    name,
    offer: (note) => {
      newest = { note, at: clock() };
      since ??= newest.at;
      working ??= work();
    },
    last: () => last,
    waitingSeconds: () => (since === undefined ? 0 : Math.max(0, clock().getTime() - since.getTime()) / 1_000),
    failure: trouble.reason,
    isRefusing: trouble.isOtherHistory,
    stop: async () => {
      stopping.abort();
      await working;
    },
  };
};

/** The cosignatures of a note. What the witness cosigned last it is asked for, since nobody else knows it. */
const createAsking = (address: WitnessAddress, { consistency }: WitnessParts, signal: AbortSignal) => {
  let known = 0;

  const show = async (note: string, size: number): Promise<string[] | undefined> => {
    if (known > size)
      throw new OtherHistory(`it has seen ${String(known)} events of this ledger, and ${String(size)} are signed here`);
    const proof = known === 0 ? [] : consistency(known, size);
    const answer = await addCheckpoint(address, { old: known, proof, note }, signal);
    if ('cosignatures' in answer) {
      known = size;
      return answer.cosignatures;
    }
    if (answer.knows === known && known === size)
      throw new OtherHistory(`it has seen other events in the place of the ${String(size)} that are signed here`);
    known = answer.knows;
    return undefined;
  };

  return async (note: string): Promise<string[]> => {
    const { size } = checkpointIn(note);
    try {
      const cosignatures = (await show(note, size)) ?? (await show(note, size));
      if (cosignatures !== undefined) return cosignatures;
    } catch (error) {
      if (error instanceof OtherHistory) known = 0;
      throw error;
    }
    throw new Error('it answers 409 to what it asked for');
  };
};

/** What keeps a witness from cosigning, told when it begins and when it ends. */
const createTrouble = (name: string, logger: Log) => {
  let reason: string | undefined;
  let isOtherHistory = false;
  return {
    reason: () => reason,
    isOtherHistory: () => isOtherHistory,
    is: (error: unknown): void => {
      const latest = error instanceof Error ? error.message : String(error);
      const isOther = error instanceof OtherHistory;
      // Of another history once: the events that are signed here become more meanwhile.
      const isNew = isOther ? !isOtherHistory : latest !== reason;
      [reason, isOtherHistory] = [latest, isOther];
      const write = isNew ? (isOther ? logger.error : logger.warn) : logger.debug;
      write.call(logger, { witness: name, reason }, isOther ? otherHistory : notCosigned);
    },
    end: (): void => {
      if (reason !== undefined) logger.info({ witness: name }, 'the witness cosigns checkpoints again');
      reason = undefined;
      isOtherHistory = false;
    },
  };
};

const notCosigned = 'a witness does not cosign; checkpoints are given out without, and the newest is shown to it again';
const otherHistory =
  'A WITNESS HAS SEEN ANOTHER HISTORY OF THIS LEDGER: this log was put back from an older copy, or has gone another way than what was signed before; compare it with checkpoints that others keep before anything else';
