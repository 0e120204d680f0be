import { z } from 'zod';
import { roundingModes } from '@tollgate/balance';
import type { Terms } from '@tollgate/balance';
import type { Partners } from '@tollgate/cdr-rater';
import { accountIdPattern } from '@tollgate/contracts';
import { mostFractionDigits } from '@tollgate/rating';
import type { Deck, LegRating } from '@tollgate/rating';
import { readChecked } from './checked-file';
import { loadDecks } from './decks';
import { SettingsError } from './settings';
import type { Settings } from './settings';

/** Below a million, as prices are. */
const chargePattern = /^(0|[1-9][0-9]{0,5})(\.[0-9]{1,10})?$/;

const partner = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters (ISO 4217)'),
  decks: z.strictObject({ inbound: z.string().optional(), outbound: z.string().optional() }),
  rounding: z
    .strictObject({
      mode: z.enum(roundingModes, `must be one of ${roundingModes.join(', ')}`),
      digits: z.int().min(0).max(mostFractionDigits),
    })
    .default({ mode: 'up', digits: mostFractionDigits }),
  minimumCharge: z
    .string()
    .regex(chargePattern, 'must be a decimal string such as "0.01": below a million, at most 10 digits after the point')
    .optional(),
});

const raterFile = z.strictObject({
  accounts: z.record(z.string().regex(accountIdPattern, 'must be an account id'), partner),
});
type Partner = z.infer<typeof partner>;

/** The partners whose calls are rated, with the decks that the file names. Throws `SettingsError`, naming file and field. */
export const loadPartners = ({ rater: path, decks: folder }: Pick<Settings, 'rater' | 'decks'>): Partners => {
  if (path === undefined) throw new SettingsError('TOLLGATE_RATER (--rater <file>): needed: whose calls are rated how');
  const accounts = Object.entries(readRaterFile(path).accounts);
  const decks = loadDecks(folder);
  return new Map(
    accounts.map(([id, one]) => [id, legsOf(one, decks, (what) => fault(path, `accounts.${id}.${what}`))]),
  );
};

/** What each partner is charged by beside the prices of its decks, for whoever holds money for its calls. Throws `SettingsError`. */
export const loadTerms = ({ rater: path }: Pick<Settings, 'rater'>): ((accountId: string) => Terms | undefined) => {
  if (path === undefined) return () => undefined;
  const { accounts } = readRaterFile(path);
  const terms = Object.entries(accounts).map(([id, { rounding, minimumCharge }]): [string, Terms] => [
    id,
    { rounding, ...(minimumCharge !== undefined && { minimumCharge }) },
  ]);
  const byAccount = new Map(terms);
  return (accountId) => byAccount.get(accountId);
};

/** What the file says, its decks by their names. Throws `SettingsError`. */
export const readRaterFile = (path: string): z.infer<typeof raterFile> => readChecked(path, raterFile, setting);

const legsOf = (
  { currency, decks: names, ...terms }: Partner,
  decks: ReadonlyMap<string, Deck>,
  refuse: (what: string) => SettingsError,
): Partial<Record<'inbound' | 'outbound', LegRating>> => {
  const legOf = (direction: 'inbound' | 'outbound', name: string | undefined, own: Terms): LegRating | undefined => {
    if (name === undefined) return undefined;
    const deck = decks.get(name);
    if (deck === undefined)
      throw refuse(`decks.${direction}: there is no deck ${name} in the folder TOLLGATE_DECKS (--decks <folder>)`);
    if (deck.currency !== currency)
      throw refuse(`decks.${direction}: ${name} is in ${deck.currency}, and the account in ${currency}`);
    return { name, deck, terms: own };
  };
  const inbound = legOf('inbound', names.inbound, terms);
  const outbound = legOf('outbound', names.outbound, terms);
  return { ...(inbound && { inbound }), ...(outbound && { outbound }) };
};

const setting = 'TOLLGATE_RATER (--rater <file>): ';

const fault = (path: string, what: string): SettingsError => new SettingsError(`${setting}${path}: ${what}`);
