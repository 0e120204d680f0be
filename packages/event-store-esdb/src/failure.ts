/** What an error of the client says, as far as it makes a difference. */
export type Failure =
  /** The stream is at another revision: nothing was recorded by this append, now or before. */
  | 'conflict'
  /** There is no such stream. */
  | 'absent'
  /** The stream was deleted for good. */
  | 'deleted'
  /** Users or rights; nothing was done. */
  | 'denied'
  /** The store is set to take less than it does by default. */
  | 'too large'
  /** The server gave a live subscription up: a burst of events does that. */
  | 'burst'
  /** There is no event at this position of $all. */
  | 'no such position'
  /** The store cannot be reached or is not ready, or gave up: what became of an append is not known. */
  | 'unavailable';

const byType: Record<string, Failure> = {
  'wrong-expected-version': 'conflict',
  'stream-not-found': 'absent',
  'stream-deleted': 'deleted',
  'access-denied': 'denied',
  'maximum-append-size-exceeded': 'too large',
};

/** Four different things are the same error to the client, told apart by their texts alone. */
const byText: [RegExp, Failure][] = [
  [/Consumer too slow/, 'burst'],
  [/Unexpected ReadAllResult/, 'no such position'],
];

/** Whatever is not known to be something else is an outcome that is not known. */
export const failureOf = (error: unknown): Failure => {
  const type = typeof error === 'object' && error !== null && 'type' in error ? String(error.type) : '';
  const text = reasonOf(error);
  return byType[type] ?? byText.find(([pattern]) => pattern.test(text))?.[1] ?? 'unavailable';
};

/** In words; some of the client's errors have no message but their class. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? error.constructor.name : error.message;
};

const words: [RegExp, string][] = [
  [/not ready/i, 'it is not ready yet'],
  [/leader|quorum/i, 'it has no leader at present'],
  [
    /UNAVAILABLE|ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ECONNRESET|No connection|Unable to discover|Failed to discover/i,
    'it cannot be reached',
  ],
  [/DEADLINE|no answer within|nothing was read within/i, 'it does not answer in time'],
];

/** What is wrong with a store that is not available, for those who do not know its client. */
export const inOurWords = (error: unknown): string => {
  const type = typeof error === 'object' && error !== null && 'type' in error ? String(error.type) : '';
  const text = `${type} ${reasonOf(error)}`;
  return words.find(([pattern]) => pattern.test(text))?.[1] ?? reasonOf(error);
};
