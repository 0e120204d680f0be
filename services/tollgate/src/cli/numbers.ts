import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { keyNameIn, keyText, keysIn, monthPattern, shredKey, tombstoneOf } from '@tollgate/number-keys';
import type { KeyName, ListedKey } from '@tollgate/number-keys';
import { SettingsError, readSettings, settingSources } from '../settings';
import { keyFolder } from './open-numbers';
import { say, tableLines } from './terminal-text';

/** `tollgate numbers`: the keys that callers and callees are sealed with, and their end. */
export const addNumbers = (program: Command): void => {
  const numbers = program
    .command('numbers')
    .summary('list the keys that numbers of callers and callees are sealed with, destroy them')
    .description(
      'The numbers of callers and callees are sealed with a key for each account and month of receipt, where TOLLGATE_NUMBER_KEYS is set. Without its key nobody can read them any more; balances, proofs and statements stay as they are.',
    );
  addList(numbers);
  addShred(numbers);
};

const { flag = '', variable, about } = settingSources.numberKeys;
const keysAbout = `${about} (${variable})`;

type ListFlags = { json?: boolean; numberKeys?: string };

const addList = (numbers: Command): void => {
  numbers
    .command('list')
    .summary('list every key there is and was')
    .description('Lists every key by month and account; of those that were destroyed, when, by whom and why.')
    .option('--json', 'a line of JSON each')
    .option(flag, keysAbout)
    .addHelpText('after', '\nExample:\n  tollgate numbers list --number-keys ../tollgate-keys')
    .action(({ json = false, numberKeys }: ListFlags) => {
      const folder = folderIn({ numberKeys });
      const keys = keysIn(folder);
      if (json) for (const key of keys) say(JSON.stringify(itemOf(folder, key)));
      else if (keys.length === 0) say(`There is no key in ${folder} yet.`);
      else {
        tableOf(folder, keys).forEach(say);
        sayUnfinished(keys);
      }
    });
};

const itemOf = (folder: string, key: ListedKey): object => {
  const { month, accountId, isShredded, isThere } = key;
  const ended = isShredded && { shredded: tombstoneOf(folder, key) ?? {}, ...(isThere && { unfinished: true }) };
  return { key: keyText(key), month, accountId, ...ended };
};

const tableOf = (folder: string, keys: readonly ListedKey[]): string[] =>
  tableLines(
    ['month', 'account', 'key', 'shredded', 'by', 'why'].map((title) => ({ title })),
    keys.map((key) => {
      const { at = 'yes', actor = '', reason = '' } = tombstoneOf(folder, key) ?? {};
      const when = key.isThere ? `${at}, unfinished` : at;
      return [key.month, key.accountId, keyText(key), ...(key.isShredded ? [when, actor, reason] : ['', '', ''])];
    }),
  );

/** What is on the disk can still be copied from there. */
const sayUnfinished = (keys: readonly ListedKey[]): void => {
  if (keys.some(({ isShredded, isThere }) => isShredded && isThere))
    say('unfinished: the key is still there, or there again; the same shred finishes it.');
};

type Selection = { account?: string; before?: string; key?: KeyName };
type ShredFlags = Selection & { actor: string; reason: string; yes?: boolean; numberKeys?: string };

const addShred = (numbers: Command): void => {
  numbers
    .command('shred')
    .summary('destroy keys, so that nobody can read the numbers any more that they sealed')
    .description(
      'Destroys the keys of an account, of all months before one, or of both together; says first which these are, and changes nothing without --yes. Also while Tollgate runs, which seals later calls with new keys. What was recorded before numbers were sealed it cannot destroy, nor copies of keys: backups of the folder have to be destroyed too (README, “Numbers that can be forgotten”).',
    )
    .option('--account <id>', 'keys of this account')
    .option('--before <month>', 'keys of the months before this one, such as 2026-08, UTC', monthIn)
    .option('--key <key>', 'this one, as list prints it and Tollgate names it; also one that is lost', keyIn)
    .requiredOption('--actor <name>', 'who destroys them; is kept in their place', someText)
    .requiredOption('--reason <text>', 'why; is kept too', someText)
    .option('--yes', 'do it')
    .option(flag, keysAbout)
    .addHelpText(
      'after',
      '\nExample:\n  tollgate numbers shred --account acme --before 2026-08 --actor ann --reason "retention of six months"',
    )
    .action(shred);
};

const shred = async ({ actor, reason, yes = false, numberKeys, ...selection }: ShredFlags): Promise<void> => {
  const folder = folderIn({ numberKeys });
  if (Object.keys(selection).length === 0)
    throw new SettingsError('say which keys: --account, --before, both, or --key');
  const keys = keysIn(folder);
  const chosen = chosenOf(keys, selection);
  if (chosen.length === 0) requireMeant(keys, selection, folder);
  // One whose destruction was interrupted is finished.
  const left = chosen.filter(({ isShredded, isThere }) => !isShredded || isThere);
  const at = new Date().toISOString();
  if (yes) for (const key of left) await shredKey(folder, key, { at, actor, reason });
  if (!yes) for (const key of left) say(`  ${keyText(key)}`);
  say(verdictOf({ left, before: chosen.length - left.length, yes, folder }));
};

type Shredding = { left: readonly ListedKey[]; before: number; yes: boolean; folder: string };

const verdictOf = ({ left, before, yes, folder }: Shredding): string => {
  const done = `${countOf(before)} ${before === 1 ? 'was' : 'were'} destroyed before`;
  if (left.length === 0) return `Nothing to destroy in ${folder}: ${before === 0 ? 'no key fits' : done}.`;
  const found = left.every(({ isThere }) => isThere)
    ? ''
    : ', which is not there, and will open nothing if it is found';
  const what = `${countOf(left.length)} of ${summaryOf(left)}${before === 0 ? '' : ` (${done})`}${found}`;
  return yes
    ? `Destroyed ${what}. Destroy them in the backups of ${folder} too.`
    : `Would destroy ${what}. Nothing was changed: say --yes to do it; it cannot be undone.`;
};

/** A key that is named need not be there. */
const chosenOf = (keys: readonly ListedKey[], { account, before, key }: Selection): ListedKey[] => {
  const fits = (one: ListedKey): boolean =>
    (account === undefined || one.accountId === account) &&
    (before === undefined || one.month < before) &&
    (key === undefined || keyText(one) === keyText(key));
  const found = keys.filter(fits);
  if (key === undefined || found.length > 0) return found;
  return [{ ...key, isThere: false, isShredded: false }].filter(fits);
};

/** That nothing fits may be as it should be: all of it was destroyed before, or nothing is that old. What cannot fit was mistyped. */
const requireMeant = (keys: readonly ListedKey[], { account, key }: Selection, folder: string): void => {
  if (key !== undefined)
    throw new SettingsError(`--key ${keyText(key)}: it is no key of what --account or --before say`);
  if (account !== undefined && !keys.some(({ accountId }) => accountId === account))
    throw new SettingsError(
      `--account ${account}: no key of it is or was in ${folder}: write it as "tollgate numbers list" does; what an account without a key has had recorded is not sealed`,
    );
};

const countOf = (keys: number): string => `${String(keys)} key${keys === 1 ? '' : 's'}`;

/** `account acme in 2 months (2026-06 to 2026-07)`. */
const summaryOf = (keys: readonly KeyName[]): string => {
  const accounts = [...new Set(keys.map(({ accountId }) => accountId))];
  const months = [...new Set(keys.map(({ month }) => month))].sort();
  const [first = '', last = first] = [months[0], months.at(-1)];
  const whose = accounts.length === 1 ? `account ${accounts.join('')}` : `${String(accounts.length)} accounts`;
  return months.length === 1
    ? `${whose} in ${first}`
    : `${whose} in ${String(months.length)} months (${first} to ${last})`;
};

const folderIn = ({ numberKeys }: { numberKeys: string | undefined }): string => {
  const { numberKeys: folder } = readSettings({ numberKeys }, process.env);
  if (folder === undefined) throw new SettingsError(`${variable}: say where the keys are with ${flag}`);
  return keyFolder(folder);
};

const someText = (text: string): string => {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
};

const monthIn = (text: string): string => {
  if (!monthPattern.test(text)) throw new InvalidArgumentError('It must be a month like 2026-08.');
  return text;
};

const keyIn = (text: string): KeyName => {
  const name = keyNameIn(text);
  if (name === undefined) throw new InvalidArgumentError('It must be a key like 2026-08/acme.0123456789abcdef.');
  return name;
};
