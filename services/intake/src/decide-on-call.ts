import { authorizationKey, extensionKey, releaseKey } from '@tollgate/account-table';
import type { RecordKey } from '@tollgate/account-table';
import { decideCall, reducedBy, restorationOf, settlementOf } from '@tollgate/balance';
import type {
  AccountEvent,
  CallCommand,
  CallDecision,
  Metadata,
  Placement,
  Restoration,
  Settlement,
  Usage,
} from '@tollgate/balance';
import { tariffOf } from '@tollgate/rating';
import type { Planned } from './intent';
import { firstUnder, isNew, openedFirst } from './look-up';
import type { First, Found, LookUpParts } from './look-up';
import { draftEvent, standingIn } from './overlay';
import type { Draft } from './overlay';

/** Decides a command about a call on what is durable and on what the group before it will make true. */
export const decideOnCall = (
  parts: LookUpParts,
  draft: Draft,
  call: { command: CallCommand; metadata: Metadata },
): Planned | Promise<Planned> => {
  const { command } = call;
  const key = keyOf(command);
  const { accountId, authorizationId } = command.data;
  const isLive = standingIn(parts.table, draft, accountId).reservation(authorizationId) !== undefined;
  const needsNoLog = command.type === 'AuthorizeCall' || isLive;
  return needsNoLog && (key === undefined || isNew(parts.table, draft, key))
    ? settle(parts, draft, { ...call, key, first: undefined, wasGranted: isLive })
    : lookUp(parts, draft, { ...call, key });
};

const keyOf = (command: CallCommand): RecordKey | undefined => {
  switch (command.type) {
    case 'AuthorizeCall':
      return authorizationKey(command.data);
    case 'ExtendCall':
      return extensionKey(command.data);
    case 'ReleaseCall':
      return releaseKey(command.data);
    case 'ExpireCall':
      return undefined;
  }
};

type Call = { command: CallCommand; metadata: Metadata; key: RecordKey | undefined };

const lookUp = async (parts: LookUpParts, draft: Draft, call: Call): Promise<Planned> => {
  const first = call.key && (await firstUnder(parts, draft, call.key));
  const wasGranted = first !== undefined || (await placementOf(parts, draft, call.command.data)) !== undefined;
  return settle(parts, draft, { ...call, first, wasGranted });
};

/** What was granted under an authorization, whatever has become of it. */
const placementOf = async (
  parts: LookUpParts,
  draft: Draft,
  named: { accountId: string; authorizationId: string },
): Promise<Placement | undefined> => {
  const key = authorizationKey(named);
  const first = isNew(parts.table, draft, key) ? undefined : await firstUnder(parts, draft, key);
  return first?.event.type === 'ReservationPlaced' ? first.event.data : undefined;
};

type Known = Call & { first: Found | undefined; wasGranted: boolean };

const settle = (parts: LookUpParts, draft: Draft, { command, metadata, key, ...known }: Known): Planned => {
  const opened = known.first && openedFirst(parts, draft, known.first);
  const standing = standingIn(parts.table, draft, command.data.accountId);
  const { account } = draft;
  const { wasGranted } = known;
  const first = { first: opened?.event, shredded: opened?.shredded };
  const decision = decideCall(command, { account, standing, ...first, wasGranted, tariffOf }, metadata);
  return plannedOf(decision, { draft, key, first: known.first, opened });
};

type Settling = { draft: Draft; key: RecordKey | undefined; first: Found | undefined; opened: First | undefined };

const plannedOf = (decision: CallDecision, { draft, key, first, opened }: Settling): Planned => {
  switch (decision.outcome) {
    case 'accepted':
      return drafted(draftEvent(draft, decision.event, key), decision.event, false);
    case 'unchanged': {
      if (first === undefined || opened === undefined)
        throw new Error(`nothing in ${draft.stream} is the first of what is repeated`);
      const { event, shredded } = opened;
      const { revision, recorded } = first;
      if (recorded === undefined) return drafted(revision, event, true);
      const { position } = recorded;
      return { status: 'recorded', isDuplicate: true, revision, position, event, ...(shredded && { shredded }) };
    }
    case 'refused':
      return { status: 'refused', refusal: decision.refusal };
    case 'over':
      return { status: 'refused' };
    case 'rejected':
      return { status: 'rejected', rejection: decision.rejection };
  }
};

const drafted = (revision: number, event: AccountEvent, isDuplicate: boolean): Planned => ({
  status: 'drafted',
  revision,
  isDuplicate,
  event,
});

/** What usage does to what is held for the call it names; nothing if it names none. */
export const settlementFor = (
  parts: LookUpParts,
  draft: Draft,
  usage: Usage,
): Settlement | undefined | Promise<Settlement> => {
  const { accountId, authorizationId, direction } = usage;
  if (authorizationId === undefined) return undefined;
  const standing = standingIn(parts.table, draft, accountId);
  const held = standing.reservation(authorizationId);
  if (held !== undefined) return settlementOf(held, usage, true);
  return placementOf(parts, draft, { accountId, authorizationId }).then((placement) =>
    settlementOf(standing.reservation(authorizationId), usage, placement?.direction === direction),
  );
};

/** What is held again for the call that an entry was usage of, once it is taken back; nothing where it was the last, or the call is over. */
export const restorationFor = ({ table }: LookUpParts, draft: Draft, entry: AccountEvent): Restoration | undefined => {
  const id = reducedBy(entry);
  if (id === undefined || entry.type !== 'UsageCharged') return undefined;
  const own = standingIn(table, draft, entry.data.accountId).reservation(id);
  return own && restorationOf(own, entry, tariffOf);
};
