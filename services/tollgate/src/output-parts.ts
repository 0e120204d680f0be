import type { AccountTable } from '@tollgate/account-table';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog } from '@tollgate/event-store';
import type { KafkaClient } from '@tollgate/kafka';
import type { Log } from '@tollgate/service-runtime';
import type { Output } from './outputs';
import type { RelayPlace } from './relay-position';

/** What one topic is published with. */
export type OutputTopicParts = {
  client: KafkaClient;
  output: Output;
  log: EventLog<LogEvent>;
  table: Pick<AccountTable, 'partner' | 'position'>;
  place: RelayPlace;
  logger: Log;
  /** Whether it may be published now; asked before each attempt. */
  mayPublish(): boolean;
  /** Resolves once the topics that were missing at the start have been created by whoever does that, as far as may be. */
  created: Promise<void>;
};
