import type { CommandAcknowledgement } from '@tollgate/contracts';

/** What a switch has told of the command in force in one direction of an account. */
export type Acknowledged = Omit<CommandAcknowledgement, 'commandId' | 'accountId' | 'direction' | 'sequence'>;
