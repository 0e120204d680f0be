import type { LogEvent } from '@tollgate/contracts';
import { createOpener } from '@tollgate/number-keys';
import type { AuditedEvent } from './audited-events';

/** Events of lines, with their numbers where a folder has the keys. */
export const withNumbers = async function* (
  events: AsyncIterable<AuditedEvent>,
  numberKeys: string | undefined,
): AsyncGenerator<AuditedEvent> {
  const open = createOpener(numberKeys);
  for await (const event of events) {
    if (event.sealed === undefined) {
      yield event;
      continue;
    }
    const { event: opened, numbers } = open(asRecorded(event));
    const { data } = opened as unknown as Pick<AuditedEvent, 'data'>;
    yield { ...event, data, numbers: numbers === 'open' ? undefined : numbers };
  }
};

/** What a line says of the event whose line it is, as far as it is opened by it. */
const asRecorded = ({ type, data, sealed }: AuditedEvent): LogEvent =>
  ({ type, data, metadata: { sealed } }) as unknown as LogEvent;
