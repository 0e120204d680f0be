import { randomBytes } from 'node:crypto';

/** Names for requests, none given twice by any process: what is recorded names the request it came with, for ever. */
export const createRequestIds = (prefix: string = randomBytes(6).toString('hex')): (() => string) => {
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${String(count)}`;
  };
};
