import { accountIdPattern } from '@tollgate/contracts';

/** One key: of an account and the UTC month in which what it seals was received; there may be several of a month. */
export type KeyName = { month: string; accountId: string; id: string };

const month = String.raw`\d{4}-(?:0[1-9]|1[0-2])`;
const keyId = '[0-9a-f]{16}';

const named = new RegExp(`^(${month})/(.+)\\.(${keyId})$`);
const sealedWith = new RegExp(`^(${month})/(${keyId})$`);
/** A month, as it is told and as its folder is named. */
export const monthPattern = new RegExp(`^${month}$`);

/** As it is told to people, and as its file is named below the folder. */
export const keyText = ({ month: of, accountId, id }: KeyName): string => `${of}/${accountId}.${id}`;

/** Absent for what is no such text. */
export const keyNameIn = (text: string): KeyName | undefined => {
  const [, of, accountId, id] = named.exec(text) ?? [];
  if (of === undefined || accountId === undefined || id === undefined) return undefined;
  return accountIdPattern.test(accountId) ? { month: of, accountId, id } : undefined;
};

/** As an event says it, which names its account itself. */
export const sealText = ({ month: of, id }: KeyName): string => `${of}/${id}`;

/** Absent for what no intake has written. */
export const sealedBy = (accountId: string, seal: string): KeyName | undefined => {
  const [, of, id] = sealedWith.exec(seal) ?? [];
  return of === undefined || id === undefined ? undefined : { month: of, accountId, id };
};
