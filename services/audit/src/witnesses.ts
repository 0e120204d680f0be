import type { WitnessAddress } from './witness-address';
import { openKeptCosignatures } from './kept-cosignatures';
import { startWitness } from './witness';
import type { Witness, WitnessParts } from './witness';

/** All witnesses of a ledger. */
export type Witnesses = {
  readonly each: readonly Witness[];
  /** Shows a checkpoint, the newest one, to all of them. */
  show(note: string): void;
  /** A checkpoint with the cosignatures that have come for it, in the order of the witnesses. */
  cosigned(note: string): string;
  /** The newest one that the witness of this name has cosigned; absent where it has none. */
  lastOf(name: string): string | undefined;
  stop(): Promise<void>;
};

type Parts = Omit<WitnessParts, 'kept' | 'onCosigned'> & {
  /** Beside which cosignatures are kept. */
  keyPath: string;
  /** The checkpoint that was signed last before the start. */
  signed: string | undefined;
  /** Told of the newest checkpoint each time a cosignature of it has come. */
  onCosigned: ((note: string) => void) | undefined;
};

export const startWitnesses = async (
  addresses: readonly WitnessAddress[],
  { keyPath, signed, onCosigned, ...parts }: Parts,
): Promise<Witnesses> => {
  const kept = await openKeptCosignatures(keyPath, parts.logger);
  let newest: string | undefined;
  const cosigned = (note: string): string => {
    const lines = each.flatMap((witness) => {
      const last = witness.last();
      return last?.note === note ? last.cosignatures : [];
    });
    return note + lines.map((line) => `${line}\n`).join('');
  };
  const each = addresses.map((address) => {
    const witness: Witness = startWitness(address, {
      ...parts,
      kept: kept.of(address, signed),
      onCosigned: () => {
        kept.keep(Object.fromEntries(each.map((one) => [one.name, one.last()])));
        // One of an older checkpoint would be taken for a step back by whoever follows the newest.
        if (newest !== undefined && witness.last()?.note === newest) onCosigned?.(cosigned(newest));
      },
    });
    return witness;
  });
  return {
    each,
    show: (note) => {
      newest = note;
      for (const witness of each) witness.offer(note);
    },
    cosigned,
    lastOf: (name) => {
      const last = each.find((witness) => witness.name === name)?.last();
      return last && cosigned(last.note);
    },
    stop: async () => {
      await Promise.all(each.map((witness) => witness.stop()));
      await kept.close();
    },
  };
};
