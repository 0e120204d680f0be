import type { AuthorizationAnswer } from '@tollgate/contracts';
import type { Ledger, Leg } from './ledger';

export const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

type Told = { released: [string, number | undefined][]; extended: [string, number][]; asked: string[] };

/** A ledger that answers what it is told to, by `account/authorizationId`. */
export const fakeLedger = (
  answers: Record<string, number | null | 'away' | 'silent' | 'unknown'>,
  extensions: (number | null)[] = [],
) => {
  const told: Told = { released: [], extended: [], asked: [] };
  const nameOf = ({ accountId, authorizationId }: Leg): string => `${accountId}/${authorizationId}`;
  const answerOf = (leg: Leg, granted: number | null): AuthorizationAnswer => ({
    ...leg,
    granted,
    duplicate: false,
    ...(granted === 0 && { reason: 'INSUFFICIENT_BALANCE' as const }),
  });
  const ledger: Ledger = {
    authorize: ({ accountId, authorizationId }) => {
      const leg = { accountId, authorizationId };
      told.asked.push(nameOf(leg));
      const answer = answers[nameOf(leg)] ?? null;
      if (answer === 'away') return Promise.reject(new Error('connect ECONNREFUSED'));
      if (answer === 'silent') return new Promise((resolve) => setTimeout(() => resolve(answerOf(leg, 60)), 200));
      if (answer === 'unknown') return Promise.reject(new Error('not told'));
      return Promise.resolve(answerOf(leg, answer));
    },
    extend: (leg, number) => {
      told.extended.push([nameOf(leg), number]);
      const granted = extensions[number - 1];
      if (granted === undefined)
        return Promise.resolve({ ...answerOf(leg, extensions.at(-1) ?? 0), reason: 'INSUFFICIENT_BALANCE' });
      return Promise.resolve(answerOf(leg, granted));
    },
    acknowledge: () => Promise.resolve(),
    release: (leg, usedSeconds) => {
      told.released.push([nameOf(leg), usedSeconds]);
      return Promise.resolve();
    },
  };
  return { ledger, told };
};
