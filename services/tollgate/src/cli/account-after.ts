import { AnswerError } from '@tollgate/client';
import { accountText } from './account-text';
import type { TollgateClient } from './tollgate-client';

/** The account as a write has left it, or who shows it where the process that took the write does not. */
export const accountAfter = async (
  client: Pick<TollgateClient, 'account'>,
  accountId: string,
  position: string,
): Promise<string> => {
  try {
    return accountText(await client.account(accountId, { minPosition: position }));
  } catch (error) {
    if (error instanceof AnswerError && error.code === 'WRONG_ROLE')
      return `It is recorded at position ${position}; a process with the role api shows it: tollgate account show ${accountId} --url …`;
    throw error;
  }
};
