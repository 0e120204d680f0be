export { CopyRefused, copyLog } from './log-copy';
export type { LogCopy } from './log-copy';
export { openFileEventLog } from './file-event-log';
export type { FileEventLog, FileEventLogOptions } from './file-event-log';
export { LogStuck } from './log-stuck';
export { openFileLogReader } from './log-reader';
export type { FileLogReader } from './log-reader';
export type { StoredGroup } from './stored-group';
