import type { AuthorizationAnswer } from '@tollgate/contracts';
import type { Log } from '@tollgate/service-runtime';
import { inboundLeg, lesser, outboundLeg } from './authorize';
import type { Ledger, Leg } from './ledger';
import type { Releases } from './releases';

/** A call that was answered, with what the ledger has granted of it. */
export type LiveCall = {
  id: string;
  account: string;
  vendor: string;
  /** Milliseconds since 1970. */
  answeredAt: number;
  /** Seconds since its answer; null is no limit. */
  granted: number | null;
};

/** Moves the end of a call: so many whole seconds from now. */
type SetLimit = (callId: string, secondsFromNow: number) => void;

type Parts = { ledger: Ledger; releases: Releases; setLimit: SetLimit; logger: Log; now?: () => number };
type Running = LiveCall & { extensions: number; timer?: NodeJS.Timeout };

/** How long before its end a call is given more: a third of what it has, half a minute at most. */
const leadMs = (grantedSeconds: number): number => Math.min(30_000, Math.max(1_500, (grantedSeconds * 1_000) / 3));
/** Later, it would end before the answer. */
const latestMs = 700;
/** Answer and end are told late, each by itself, up to 70 ms where a machine is busy: its CDR may say more, and so may be charged more. */
const doubtMs = 500;
/** A switch takes a call without a limit for lost after a day: `default_timeout` of kamailio.cfg. */
const unlimitedSeconds = 86_400;

/** Extends calls before they reach their limit, and gives back what they did not use when they end. */
export const createLiveCalls = ({ ledger, releases, setLimit, logger, now = Date.now }: Parts) => {
  const calls = new Map<string, Running>();

  const endsAt = ({ answeredAt, granted }: LiveCall): number => answeredAt + (granted ?? 0) * 1_000;
  const wait = (call: Running, untilMs: number): void => {
    call.timer = setTimeout(() => void extend(call), Math.max(0, untilMs - now()));
  };
  const ask = async (leg: Leg, call: Running): Promise<AuthorizationAnswer> => ledger.extend(leg, call.extensions + 1);

  const extend = async (call: Running): Promise<void> => {
    const legs = [inboundLeg(call.id, call.account), outboundLeg(call.id, call.vendor)];
    const before = call.granted ?? 0;
    const answers = await Promise.all(legs.map((leg) => ask(leg, call))).catch((error: unknown) => {
      logger.debug({ id: call.id, error: String(error) }, 'A call could not be given more');
      return [];
    });
    if (calls.get(call.id) !== call) return;
    const granted = answers.length === 0 ? before : answers.map((one) => one.granted).reduce(lesser, null);
    if (answers.length > 0 && answers.every(({ reason }) => reason === undefined)) call.extensions += 1;
    if (granted === null || granted > before) {
      call.granted = granted;
      limit(call);
    }
    schedule(call, granted !== null && granted <= before);
  };
  const limit = (call: Running): void => {
    const seconds = call.granted === null ? unlimitedSeconds : Math.floor((endsAt(call) - now()) / 1_000);
    setLimit(call.id, Math.max(1, seconds));
  };
  /** What was refused is asked again in half of the time that is left, for a payment may have come. */
  const schedule = (call: Running, wasRefused: boolean): void => {
    if (call.granted === null) return;
    const leftMs = endsAt(call) - now();
    if (!wasRefused) wait(call, endsAt(call) - leadMs(call.granted));
    else if (leftMs / 2 > latestMs) wait(call, now() + leftMs / 2);
  };

  return {
    /** One that is known keeps what it was granted since. */
    add: (call: LiveCall): void => {
      const known = calls.get(call.id);
      if (known !== undefined) {
        limit(known);
        return;
      }
      const running: Running = { ...call, extensions: 0 };
      calls.set(call.id, running);
      schedule(running, false);
    },
    /** Of one that is not known there is nothing to give back: it ended while nobody looked, and its CDR says for how long. */
    end: (id: string): void => {
      const call = calls.get(id);
      if (call === undefined) return;
      clearTimeout(call.timer);
      calls.delete(id);
      const usedSeconds = Math.max(0, (now() - call.answeredAt + doubtMs) / 1_000);
      releases.release(inboundLeg(id, call.account), usedSeconds);
      releases.release(outboundLeg(id, call.vendor), usedSeconds);
    },
    /** Whether nothing ends it any more, whatever it was granted at first. */
    hasNoLimit: (id: string): boolean => calls.get(id)?.granted === null,
    ids: (): string[] => [...calls.keys()],
    stop: (): void => {
      for (const { timer } of calls.values()) clearTimeout(timer);
      calls.clear();
    },
  };
};
