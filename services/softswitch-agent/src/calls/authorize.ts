import { setTimeout as delay } from 'node:timers/promises';
import type { AuthorizationAnswer } from '@tollgate/contracts';
import type { Log } from '@tollgate/service-runtime';
import { Refused } from './ledger';
import type { Ledger, Leg } from './ledger';
import type { Releases } from './releases';
import type { Tariffs } from './tariffs';

type Vendor = { account: string; target: string };
export type Ask = {
  id: string;
  account: string;
  vendors: readonly Vendor[];
  caller: string;
  callee: string;
  callId: string;
};

/** What becomes of a call: `seconds` from its answer, null for no limit. `policy`: nobody could be asked. */
export type Verdict =
  | { do: 'route'; vendor: Vendor; seconds: number | null }
  | { do: 'refuse'; code: number; cause: number; text: string }
  | { do: 'policy' };

export const inboundLeg = (id: string, accountId: string): Leg => ({ accountId, authorizationId: `${id}-in` });
export const outboundLeg = (id: string, accountId: string): Leg => ({ accountId, authorizationId: `${id}-out` });

/** The smaller of two grants. */
export const lesser = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.min(one, other);

type Parts = { ledger: Ledger; releases: Releases; tariffs: Tariffs; limitMs: number; logger: Log };
type Answered = { granted: number | null; reason?: AuthorizationAnswer['reason'] | 'NOT_KNOWN' };

/** Asks for both legs of a call: the originator's and, one after the other until one is granted, those of the vendors. */
export const createAuthorizer = ({ ledger, releases, tariffs, limitMs, logger }: Parts) => {
  const askFor = async (ask: Ask, leg: Leg, direction: 'inbound' | 'outbound'): Promise<Answered> => {
    const tariff = tariffs(leg.accountId, direction);
    if (tariff === undefined) return notKnown(leg, 'no deck is named for it');
    const { caller, callee, callId } = ask;
    try {
      return await ledger.authorize({ ...leg, ...tariff, direction, callee, ...(caller !== '' && { caller }), callId });
    } catch (error) {
      if (error instanceof Refused) return notKnown(leg, error.message);
      // Whether it was granted is not known.
      releases.release(leg);
      throw error;
    }
  };
  const notKnown = (leg: Leg, detail: string): Answered => {
    logger.error({ ...leg, detail }, 'A call cannot be authorised and is refused');
    return { granted: 0, reason: 'NOT_KNOWN' };
  };

  /** The verdict, unless another vendor may be asked; what was granted of the two goes back. */
  const settle = (legs: readonly Leg[], outcomes: readonly PromiseSettledResult<Answered>[]): Verdict | undefined => {
    const [mine] = outcomes;
    const isRefused = mine?.status === 'fulfilled' && mine.value.granted === 0;
    if (!isRefused && outcomes.every(({ status }) => status === 'fulfilled')) return undefined;
    legs.filter((_leg, index) => isGranted(outcomes[index])).forEach((leg) => releases.release(leg));
    return isRefused ? refusalOf(mine.value) : { do: 'policy' };
  };

  const decide = async (ask: Ask): Promise<Verdict> => {
    const originator = inboundLeg(ask.id, ask.account);
    const inbound = askFor(ask, originator, 'inbound');
    for (const vendor of ask.vendors) {
      const leg = outboundLeg(ask.id, vendor.account);
      const outcomes = await Promise.allSettled([inbound, askFor(ask, leg, 'outbound')]);
      const verdict = settle([originator, leg], outcomes);
      if (verdict !== undefined) return verdict;
      const [mine, theirs] = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.granted : 0));
      if (theirs !== 0) return { do: 'route', vendor, seconds: lesser(mine ?? null, theirs ?? null) };
    }
    releases.release(originator);
    return { do: 'refuse', code: 503, cause: 34, text: 'No vendor may take it' };
  };

  /** The verdict, in time: a later one gives back what it was granted. */
  return async (ask: Ask): Promise<Verdict> => {
    const verdict = decide(ask);
    const inTime = new AbortController();
    const late = delay(limitMs, undefined, { signal: inTime.signal }).then(
      () => 'late' as const,
      () => 'late' as const,
    );
    const outcome = await Promise.race([verdict, late]);
    inTime.abort();
    if (outcome !== 'late') return outcome;
    void verdict.then((granted) => {
      if (granted.do === 'route') giveBack(releases, ask.id, { account: ask.account, vendor: granted.vendor.account });
    });
    return { do: 'policy' };
  };
};

const isGranted = (outcome: PromiseSettledResult<Answered> | undefined): boolean =>
  outcome?.status === 'fulfilled' && outcome.value.granted !== 0;

/** Of a call that was never answered. */
export const giveBack = (releases: Releases, id: string, call: { account: string; vendor: string }): void => {
  releases.release(inboundLeg(id, call.account));
  releases.release(outboundLeg(id, call.vendor));
};

const refusalOf = ({ reason }: Answered): Verdict => {
  switch (reason) {
    case 'NO_PRICE':
      return { do: 'refuse', code: 404, cause: 3, text: 'No price for this number' };
    case 'MAX_CONCURRENT':
      return { do: 'refuse', code: 503, cause: 34, text: 'Too many calls at once' };
    case 'NOT_KNOWN':
      return { do: 'refuse', code: 403, cause: 21, text: 'Account not set up' };
    case 'BLOCKED':
    case 'INSUFFICIENT_BALANCE':
    case undefined:
      return { do: 'refuse', code: 402, cause: 21, text: 'Payment Required' };
  }
};
