import { createHash } from 'node:crypto';
import type { Direction } from '@tollgate/balance';
import { recordIdPattern } from '@tollgate/contracts';

/** Leaves room for the `/r2` of a leg that is rated again. */
const mostCharacters = 120;
const endings = { inbound: 'in', outbound: 'out' } as const satisfies Record<Direction, string>;

/** The id of the usage of one leg of a CDR, the same whenever it is rated: `<cdrId>/in` or `/out`, of the hash of an id that is too long. */
export const usageIdOf = (cdrId: string, leg: Direction): string => {
  const id = `${cdrId}/${endings[leg]}`;
  return id.length <= mostCharacters && recordIdPattern.test(id) ? id : `${hashOf(cdrId)}/${endings[leg]}`;
};

const hashOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
