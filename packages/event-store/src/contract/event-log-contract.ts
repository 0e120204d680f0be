import { appendRules } from './append-rules';
import { closingRules } from './closing-rules';
import { historyRules } from './history-rules';
import { readingRules } from './reading-rules';
import { subscriptionRules } from './subscription-rules';
import type { CreateLog } from './log-under-test';

export type { CreateLog, LogUnderTest } from './log-under-test';

/** The rules of the port: a jest suite that every adapter runs. `createLog` opens an empty log of its own each time. */
export const eventLogContract = (name: string, createLog: CreateLog): void => {
  describe(`${name} as an event log`, () => {
    appendRules(createLog);
    readingRules(createLog);
    subscriptionRules(createLog);
    closingRules(createLog);
    historyRules(createLog);
  });
};
