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
      return signed !== undefined && isRight(cosigned, address, signed) ? cosigned : undefined;
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
    return JSON.parse(text ?? '{}') as Record<string, Cosigned | undefined>;
  } catch {
    return {};
  }
};

const isRight = (cosigned: Cosigned | undefined, address: WitnessAddress, signed: string): cosigned is Cosigned => {
  try {
    if (cosigned === undefined) return false;
    cosignaturesIn(cosigned.cosignatures.join('\n'), cosigned.note, address);
    return checkpointIn(cosigned.note).origin === checkpointIn(signed).origin;
  } catch {
    return false;
  }
};
