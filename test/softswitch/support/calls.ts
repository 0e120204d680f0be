import { addressOf } from './chain';
import type { Chain, Originator } from './chain';
import { callerScenario, givingUpScenario } from './sip-scenarios';
import { runSipp } from './sipp';
import { until } from '../../scenarios/support/until';

/** What became of a call, with times in milliseconds since 1970. */
export type Call = {
  status: number;
  reason: string;
  answeredAt?: number;
  endedAt?: number;
  endedBy?: 'caller' | 'switch';
};

type Options = { from: Originator; callee?: string; talkMs?: number };

/** Places a call. */
export const placeCall = (
  { kamailio }: Pick<Chain, 'kamailio'>,
  { from, callee = '441234', talkMs = 60_000 }: Options,
) => {
  const { exited, log, kill } = runSipp({
    scenario: callerScenario(talkMs),
    address: addressOf(from),
    to: kamailio.sip,
    keys: { caller: '4930123', callee },
    flags: ['-m', '1'],
  });
  const over = exited.then((result): Call => {
    const call = callIn(result.log);
    if (call.status === 0) throw new Error(`the call of ${from} came to nothing:\n${result.errors}`);
    return call;
  });
  over.catch(() => undefined);
  return {
    over,
    answered: () =>
      until(
        `${from}'s call is answered`,
        () => {
          const call = callIn(log());
          if (call.status > 200) throw new Error(`${from}'s call was refused: ${String(call.status)} ${call.reason}`);
          return call.status === 200 && call;
        },
        10_000,
      ),
    kill,
  };
};

/** Calls, and gives up while it rings. */
export const giveUpCall = async ({ kamailio }: Pick<Chain, 'kamailio'>, from: Originator): Promise<Call> => {
  const { exited } = runSipp({
    scenario: givingUpScenario(20),
    address: addressOf(from),
    to: kamailio.sip,
    keys: { caller: '4930123', callee: '441234' },
    flags: ['-m', '1'],
  });
  const { log, errors } = await exited;
  const call = callIn(log);
  if (call.status !== 487) throw new Error(`the call of ${from} was not given up:\n${errors}`);
  return call;
};

const callIn = (log: string): Call => {
  const refused = eventIn(log, 'refused \\d+');
  if (refused !== undefined) return { status: refused.status, reason: refused.reason };
  const answered = eventIn(log, 'answered');
  if (answered === undefined) return { status: 0, reason: '' };
  const cut = eventIn(log, 'cut');
  const end = cut ?? eventIn(log, 'hung up');
  return {
    status: 200,
    reason: cut?.reason ?? '',
    answeredAt: answered.at,
    ...(end !== undefined && { endedAt: end.at, endedBy: cut === undefined ? 'caller' : 'switch' }),
  };
};

/** A line of the log: `refused 402 at 2026-11-27 14:48:52.422459 1795790932.422459 with Q.850;…`. */
const eventIn = (log: string, what: string): { status: number; at: number; reason: string } | undefined => {
  const found = new RegExp(`^${what} at \\S+\\t\\S+\\t(\\d+\\.\\d+)(?: with ?(.*))?$`, 'm').exec(log);
  if (found === null) return undefined;
  const [line, seconds, reason = ''] = found;
  return { status: Number(/^refused (\d+)/.exec(line)?.[1] ?? 200), at: Number(seconds) * 1_000, reason };
};
