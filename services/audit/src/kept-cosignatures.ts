import { basename, dirname } from 'node:path';
import { openFolder, replaceText, textIn } from '@tollgate/folder';
import type { Log } from '@tollgate/service-runtime';
import { checkpointIn } from './checkpoint';
import { cosignaturesIn } from './cosignature';
import type { Cosigned } from './cosignature';
import { createSerial } from './serial';
import type { WitnessAddress } from './witness-address';

/** What each witness cosigned last, beside the key: after a start nobody would have it any more while the witness is away. */
export type KeptCosignatures = {
  /** Of the origin of the checkpoint that was signed last; absent where there is none, or none that is right. */
  of(address: WitnessAddress, signed: string | undefined): Cosigned | undefined;
  /** Those of all witnesses, by name; what cannot be kept is got again. */
  keep(all: Readonly<Record<string, Cosigned | undefined>>): void;
  /** Resolves when the last of them is kept. */
  close(): Promise<void>;
};

export const openKeptCosignatures = async (keyPath: string, logger: Log): Promise<KeptCosignatures> => {
  const path = `${keyPath}.cosigned`;
  const folder = await openFolder(dirname(path));
  const serial = createSerial();
  const kept = recordsIn(textIn(path));
  let newest = '';
  const write = async (): Promise<void> => {
    try {
      await replaceText(folder, basename(path), newest);
    } catch (error) {
      logger.warn({ error: String(error) }, 'cosignatures cannot be kept; after a start they are asked for again');
    }
  };
  return {
    of: (address, signed) => {
      const cosigned = kept[address.name];
      return cosigned && signed !== undefined ? rightOne(cosigned, address, signed) : undefined;
    },
    keep: (all) => {
      newest = JSON.stringify(all);
      void serial(write);
    },
    close: () => serial(() => undefined),
  };
};

/** A file that was cut or changed has none. */
const recordsIn = (text: string | undefined): Record<string, Cosigned | undefined> => {
  try {
    // Anything but an object has no fields.
    return { ...(JSON.parse(text ?? '{}') as Record<string, Cosigned | undefined>) };
  } catch {
    return {};
  }
};

/** What stands there as it would have come from the witness. */
const rightOne = ({ note, cosignatures }: Cosigned, address: WitnessAddress, signed: string): Cosigned | undefined => {
  try {
    const right = cosignaturesIn(cosignatures.join('\n'), note, address);
    return checkpointIn(note).origin === checkpointIn(signed).origin ? { note, cosignatures: right } : undefined;
  } catch {
    return undefined;
  }
};
