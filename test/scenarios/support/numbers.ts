import { readAll } from './api';
import type { Fields } from './api';
import { spawnTollgate } from './tollgate-process';

/** Of persons. */
export const numbers = { caller: '+493012345', callee: '+441234567' };

export const usage = (accountId: string, usageId: string, fields: Fields = numbers): Fields => ({
  ...{ usageId, accountId, direction: 'inbound', amount: '1.5', currency: 'EUR', ...fields },
});

/** What `numbersIn` has of an event whose numbers are shown. */
export const shown = [numbers.caller, numbers.callee];

/** Of each event of an account that has or had numbers: these, or why not. */
export const numbersIn = async (url: string, accountId: string): Promise<unknown[]> =>
  (await readAll(url, `/v1/accounts/${accountId}/history`)).flatMap(({ type, data, numbers: why }) => {
    if (type !== 'UsageCharged' && type !== 'ReservationPlaced') return [];
    const { caller, callee } = data as Fields;
    return [why ?? [caller, callee]];
  });

const signed = ['--actor', 'ann', '--reason', 'asked to be forgotten'];

/** The arguments of the command that destroys keys in a folder. */
export const shredding = (keys: string, ...args: string[]): string[] => [
  ...['numbers', 'shred', '--number-keys', keys, ...signed, ...args],
];

const ended = async (args: readonly string[]) => {
  const { exited, output } = spawnTollgate(args);
  return { ...(await exited), output: output() };
};

/** How the command ended that destroys keys in a folder. */
export const shredKeys = (keys: string, ...args: string[]) => ended(shredding(keys, ...args));

/** What is listed of the keys in a folder. */
export const keysIn = async (keys: string): Promise<Fields[]> =>
  (await ended(['numbers', 'list', '--json', '--number-keys', keys])).output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Fields);
