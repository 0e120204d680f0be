import type { AccountEvent, CallCommand } from '@tollgate/balance';
import type { AuthorizationAnswer, ReleaseAnswer } from '@tollgate/contracts';
import { refusal } from './answer';
import type { Answer } from './answer';
import type { Outcome } from './intent';

type Asked = Extract<CallCommand, { type: 'AuthorizeCall' | 'ExtendCall' }>;
type Released = Extract<CallCommand, { type: 'ReleaseCall' }>;

/** 201 for what is granted, 200 for the same again and for what is refused. */
export const grantAnswerOf = ({ data: { accountId, authorizationId } }: Asked, outcome: Outcome): Answer => {
  const named = { accountId, authorizationId };
  switch (outcome.status) {
    case 'rejected':
      return refusal(outcome.rejection);
    case 'refused': {
      if (outcome.refusal === undefined) throw new Error('a call is over, and was not told to have ended');
      return answer(200, { ...named, ...outcome.refusal, duplicate: false });
    }
    case 'recorded': {
      const { seconds: granted, reserved, expiresAt } = grantIn(outcome.event);
      return answer(outcome.isDuplicate ? 200 : 201, {
        ...named,
        granted,
        reserved,
        expiresAt,
        ...placeOf(outcome),
        ...(outcome.shredded && { shredded: [...outcome.shredded] }),
      });
    }
  }
};

/** 201 for what is released, 200 for the same again and for a call of which nothing is held any more. */
export const releaseAnswerOf = ({ data: { accountId, authorizationId } }: Released, outcome: Outcome): Answer => {
  const named = { accountId, authorizationId };
  switch (outcome.status) {
    case 'rejected':
      return refusal(outcome.rejection);
    case 'refused':
      return answer(200, { ...named, reserved: '0', duplicate: true });
    case 'recorded': {
      const { event } = outcome;
      if (event?.type !== 'ReservationReleased') throw new Error(`${event?.type ?? 'nothing'} is no release`);
      const { reserved } = event.data;
      return answer(outcome.isDuplicate ? 200 : 201, { ...named, reserved, ...placeOf(outcome) });
    }
  }
};

const answer = (status: number, body: AuthorizationAnswer | ReleaseAnswer): Answer => ({
  status,
  text: JSON.stringify(body),
});

const grantIn = (event: AccountEvent | undefined) => {
  if (event?.type !== 'ReservationPlaced' && event?.type !== 'ReservationExtended')
    throw new Error(`${event?.type ?? 'nothing'} grants nothing`);
  return event.data.grant;
};

const placeOf = ({ isDuplicate, revision, position }: Extract<Outcome, { status: 'recorded' }>) => ({
  duplicate: isDuplicate,
  revision,
  position: position.toString(),
});
