import { cloudEventHeaders, streamPrefixes, trafficCommandOf } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import type { EventLog, RecordedEvent } from '@tollgate/event-store';
import type { OutgoingMessage } from '@tollgate/kafka';

import { relay } from '@tollgate/service-runtime';
import type { Following, Log, RelayPosition } from '@tollgate/service-runtime';

/** Publishes every decision as a command, in order, at least once and always the same bytes (DESIGN 3). */
export const startTrafficRelay = (parts: {
  log: EventLog<LogEvent>;
  store: RelayPosition;
  topic: string;
  publish(messages: OutgoingMessage[]): Promise<void>;
  isChosen?(event: RecordedEvent<LogEvent>): boolean;
  logger: Log;
}): Following =>
  relay<LogEvent, OutgoingMessage>({
    ...parts,
    name: 'traffic-control relay',
    prefix: streamPrefixes.cutoff,
    toMessage: (event) => trafficMessage(event, parts.topic),
  });

/** The command a decision stands for: the same bytes each time. Absent for any other event. */
export const trafficMessage = (event: RecordedEvent<LogEvent>, topic: string): OutgoingMessage | undefined => {
  if (event.type !== 'TrafficBlocked' && event.type !== 'TrafficUnblocked') return undefined;
  const command = trafficCommandOf(event);
  return {
    topic,
    key: `${command.accountId}/${command.direction}`,
    value: JSON.stringify(command),
    headers: cloudEventHeaders(command),
  };
};
