import { statSync } from 'node:fs';
import type { LogEvent } from '@tollgate/contracts';
import { createOpener } from '@tollgate/number-keys';
import { SettingsError, settingSources } from '../settings';
import type { AuditedEvent } from './audited-events';

/** The folder of keys that was named, if one was. Throws `SettingsError` where there is none: without it every number would look sealed. */
export const keyFolder = <Path extends string | undefined>(folder: Path): Path => {
  if (folder === undefined) return folder;
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return folder;
  const { variable, flag = '' } = settingSources.numberKeys;
  throw new SettingsError(`${variable} (${flag}): ${folder} is ${found === undefined ? 'not there' : 'no folder'}`);
};

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
