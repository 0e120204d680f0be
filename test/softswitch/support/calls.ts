import { giveUpCall as giveUp, placeCall as place } from '../../../infra/phone/phone';
import type { Call, PlacedCall } from '../../../infra/phone/phone';
import { addressOf } from './chain';
import type { Chain, Originator } from './chain';

export type { Call } from '../../../infra/phone/phone';

type Options = { from: Originator; callee?: string; talkMs?: number; callId?: string };

/** Places a call. */
export const placeCall = ({ kamailio }: Pick<Chain, 'kamailio'>, { from, ...options }: Options): PlacedCall =>
  place(kamailio.sip, { from: addressOf(from), ...options });

/** Calls, and gives up while it rings. */
export const giveUpCall = ({ kamailio }: Pick<Chain, 'kamailio'>, from: Originator): Promise<Call> =>
  giveUp(kamailio.sip, { from: addressOf(from) });
