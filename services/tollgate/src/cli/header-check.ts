import type { AccountTable } from '@tollgate/account-table';
import type { LogEvent } from '@tollgate/contracts';
import { foldBytes } from '@tollgate/event-store';
import type { RecordedEvent } from '@tollgate/event-store';
import type { StoredGroup } from '@tollgate/event-store-file';

/** An event in its group, and room for what its header should say. */
export type Checked = {
  group: StoredGroup<LogEvent>;
  index: number;
  event: RecordedEvent<LogEvent>;
  bytes: DataView;
};

/** Writes what the header of an event should say by its line, and whether it does: of the one that is to be added to the table next. */
export const isHeaderRight = (table: AccountTable, { group, index, event, bytes }: Checked): boolean => {
  const { stream, revision } = event;
  table.describe(event, { stream, revision }, { bytes, offset: 0 });
  return (
    group.before(index) === (table.head(stream)?.place ?? 0) &&
    group.streamClass(index) === group.classOf(stream) &&
    isSame(bytes, { bytes: group.bytes, offset: group.foldOffset(index) })
  );
};

const isSame = (one: DataView, other: { bytes: DataView; offset: number }): boolean => {
  for (let byte = 0; byte < foldBytes; byte += 1)
    if (one.getUint8(byte) !== other.bytes.getUint8(other.offset + byte)) return false;
  return true;
};
