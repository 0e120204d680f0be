import type { AccountEvent, TrafficEvent } from '@tollgate/balance';
import type { CommandAcknowledgement } from './acknowledgements';
import type { InputLost } from './input-lost';
import type { RejectedMessage } from './rejection';

/** A message that could not be applied, kept in the log in `rejected-<topic>-<partition>` until the topic has it. */
export type RejectionEvent = { type: 'MessageRejected'; data: RejectedMessage; metadata: object };

/** Messages that were lost before they could be read, told of in `lost-<topic>-<partition>`. */
export type LossEvent = { type: 'InputLost'; data: InputLost; metadata: object };

/** What a switch made of a command, told in `switch-<switchId>`. */
export type AcknowledgementEvent = { type: 'CommandAcknowledged'; data: CommandAcknowledgement; metadata: object };

/** Everything Tollgate writes to its log. */
export type LogEvent = AccountEvent | TrafficEvent | RejectionEvent | LossEvent | AcknowledgementEvent;

/** Stream names; the prefixes are what subscriptions select. */
export const streamPrefixes = {
  account: 'account-',
  cutoff: 'cutoff-',
  rejected: 'rejected-',
  lost: 'lost-',
  switch: 'switch-',
} as const;
export const accountStream = (accountId: string): string => streamPrefixes.account + accountId;
export const cutoffStream = (accountId: string): string => streamPrefixes.cutoff + accountId;
export const rejectedStream = (topic: string, partition: number): string =>
  `${streamPrefixes.rejected}${topic}-${String(partition)}`;
export const lostStream = (topic: string, partition: number): string =>
  `${streamPrefixes.lost}${topic}-${String(partition)}`;
export const switchStream = (switchId: string): string => streamPrefixes.switch + switchId;

/** Whether an event belongs to an account's own stream, and is no decision about it and no message. */
export const isAccountEvent = <Event extends { type: LogEvent['type'] }>(event: Event): event is Event & AccountEvent =>
  event.type !== 'TrafficBlocked' &&
  event.type !== 'TrafficUnblocked' &&
  event.type !== 'MessageRejected' &&
  event.type !== 'InputLost' &&
  event.type !== 'CommandAcknowledged';
