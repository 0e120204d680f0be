import type { Log } from '@tollgate/service-runtime';
import { createAuthorizer, giveBack, outboundLeg } from '../calls/authorize';
import type { Ask, Verdict } from '../calls/authorize';
import type { Ledger } from '../calls/ledger';
import { createLiveCalls } from '../calls/live-calls';
import type { LiveCall } from '../calls/live-calls';
import type { Releases } from '../calls/releases';
import type { Tariffs } from '../calls/tariffs';
import { createCallsOver } from './calls-over';
import type { HasNoLimit } from './cut-calls';
import type { Dialog } from './dialogs';
import type { AskMessage, CallMessage } from './messages';

export type CallParts = { ledger: Ledger; releases: Releases; tariffs: Tariffs; limitMs: number; logger: Log };

/** By then the switch has made a dialog of a call that was let through. */
const settledMs = 2_000;

/** The calls of one switch: asked about, let through, answered, ended. `send` says whether the switch was there to take it. */
export const createSwitchCalls = (parts: CallParts, send: (message: object) => boolean) => {
  const { releases } = parts;
  const authorize = createAuthorizer(parts);
  const counts = { route: 0, refuse: 0, policy: 0 };
  /** Calls that were let through, and of which nothing was heard since. */
  const routed = new Map<string, { account: string; vendor: string; at: number }>();
  /** Where a call is in the switch, by its id. */
  const places = new Map<string, { entry: number; dialog: number }>();
  const over = createCallsOver();
  const setLimit = (id: string, seconds: number): void => {
    const place = places.get(id);
    if (place !== undefined) send({ do: 'limit', entry: place.entry, dialog: place.dialog, seconds });
  };
  const live = createLiveCalls({ ...parts, setLimit });

  const decide = async ({ index, label, vendors, failed, ...ask }: AskMessage): Promise<void> => {
    const verdict = await authorize({ ...ask, vendors: vendorsIn(vendors) });
    counts[verdict.do] += 1;
    const isKept = verdict.do === 'route' && verdict.vendor.account === failed;
    if (failed !== '' && !isKept) releases.release(outboundLeg(ask.id, failed));
    const isSent = send({ id: ask.id, index, label, ...answerOf(verdict) });
    if (verdict.do !== 'route') return;
    const call = { account: ask.account, vendor: verdict.vendor.account, at: Date.now() };
    if (isSent) routed.set(ask.id, call);
    else giveBack(releases, ask.id, call);
  };

  const follow = ({ event, id, account, vendor, legs, seconds, entry, dialog }: CallMessage): void => {
    if (event === 'ended') over.add(id);
    if (legs !== 'asked') {
      late(id);
      return;
    }
    routed.delete(id);
    if (event === 'answered') {
      places.set(id, { entry, dialog });
      live.add({ id, account, vendor, answeredAt: Date.now(), granted: seconds === 0 ? null : seconds });
      return;
    }
    places.delete(id);
    if (event === 'ended') live.end(id);
    else giveBack(releases, id, { account, vendor });
  };

  /** The answer came too late, or to a call that was given up. */
  const late = (id: string): void => {
    const call = routed.get(id);
    routed.delete(id);
    if (call !== undefined) giveBack(releases, id, call);
  };

  /**
   * From what the switch has: calls answered while nobody looked are followed from now on, those that are gone have ended. Gives those
   * that it has and that are over: one that is killed brings back what ended in its last seconds.
   */
  const find = (all: readonly Dialog[]): Dialog[] => {
    const there = new Set(all.map(({ id }) => id));
    for (const [id, { at }] of routed) if (!there.has(id) && Date.now() - at > settledMs) late(id);
    for (const one of all.filter(({ id, isAnswered, legs }) => isAnswered && legs === 'asked' && !over.has(id))) {
      places.set(one.id, one);
      live.add(liveCallOf(one));
    }
    for (const id of live.ids()) if (!there.has(id)) live.end(id);
    return all.filter(({ id }) => over.has(id));
  };
  const hasNoLimit: HasNoLimit = ({ id, seconds }) => seconds === 0 || live.hasNoLimit(id);

  return { decide, follow, late, find, hasNoLimit, live, counts };
};

const liveCallOf = ({ id, account, vendor, startedAt, seconds }: Dialog): LiveCall => ({
  ...{ id, account, vendor },
  answeredAt: startedAt * 1_000,
  granted: seconds === 0 ? null : seconds,
});

const vendorsIn = (text: string): Ask['vendors'] =>
  text.split(',').map((vendor) => {
    const [account = '', target = ''] = vendor.split('@');
    return { account, target };
  });

const answerOf = (verdict: Verdict): object => {
  if (verdict.do !== 'route') return verdict;
  const { vendor, seconds } = verdict;
  return { do: 'route', vendor: `${vendor.account}@${vendor.target}`, seconds: seconds ?? 0, legs: 'asked' };
};
