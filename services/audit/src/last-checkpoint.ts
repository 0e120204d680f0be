import { textIn } from '@tollgate/folder';
import { checkpointIn } from './checkpoint';

/** What stands in the file before the first checkpoint of an origin: without a file it is lost. */
export const noneYet = 'nothing is signed yet\n';

/** The last checkpoint that the key at `path` signed of its origin, as a note; absent before the first, and where it is lost. */
export const readLast = (path: string): string | undefined => {
  const text = textIn(`${path}.last`);
  return text !== undefined && isCheckpoint(text) ? text : undefined;
};

const isCheckpoint = (text: string): boolean => {
  try {
    checkpointIn(text);
    return true;
  } catch {
    return false;
  }
};

/** The public key that auditors were told of, which is written when the key first signs; absent before, whatever else the file has. */
export const toldKey = (path: string): string | undefined => {
  const text = textIn(`${path}.pub`)?.trim();
  return text?.startsWith('tollgate/') ? text : undefined;
};

/** Why nothing may be signed without the last checkpoint: another history might get a second one of the same size; absent if it may. */
export const whyLost = (path: string): string | undefined => {
  const text = textIn(`${path}.last`);
  if (text === undefined && toldKey(path) !== undefined)
    return `${path}.last, the last checkpoint that was signed, is gone, and ${path}.pub says that there was one: ${remedy}`;
  if (text === undefined || text === noneYet || isCheckpoint(text)) return undefined;
  return `${path}.last, the last checkpoint that was signed, holds none: ${remedy}`;
};

const remedy =
  'with Tollgate stopped put it back (it is the newest one given out: whoever has that has its text); or, if nobody has it, say why with "tollgate audit new-origin --reason TEXT"';
