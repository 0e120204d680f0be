import type { CurrencyOf } from '../redrive';
import { AnswerError, createClient } from './tollgate-client';

/** Asks a running Tollgate for the currency of accounts, each once. */
export const currencyOfAccounts = (url: string): CurrencyOf => {
  const client = createClient(url);
  const known = new Map<string, Promise<string | undefined>>();
  const ask = async (accountId: string): Promise<string | undefined> => {
    try {
      return (await client.account(accountId)).currency;
    } catch (error) {
      if (error instanceof AnswerError && error.status === 404) return undefined;
      throw error;
    }
  };
  return (accountId) => {
    const asked = known.get(accountId) ?? ask(accountId);
    known.set(accountId, asked);
    return asked;
  };
};
