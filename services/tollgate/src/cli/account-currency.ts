import { z } from 'zod';
import type { CurrencyOf } from '../redrive';

/** Asks a running Tollgate for the currency of accounts, each once. */
export const currencyOfAccounts = (url: string): CurrencyOf => {
  const known = new Map<string, Promise<string | undefined>>();
  return (accountId) => {
    const asked = known.get(accountId) ?? askCurrency(url, accountId);
    known.set(accountId, asked);
    return asked;
  };
};

const askCurrency = async (url: string, accountId: string): Promise<string | undefined> => {
  const answer = await fetch(new URL(`/v1/accounts/${encodeURIComponent(accountId)}`, url)).catch(() => undefined);
  if (answer === undefined)
    throw new Error(`nothing answers at ${url}: start it with \`npm start\`, or say where it is with --url`);
  if (answer.status === 404) return undefined;
  const body: unknown = await answer.json();
  if (!answer.ok) throw new Error(`${url} answered ${String(answer.status)} for account ${accountId}`);
  return z.object({ currency: z.string() }).parse(body).currency;
};
