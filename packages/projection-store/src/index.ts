export { bufferStore } from './buffered-store';
export { FolderInUse, openProjectionStore } from './projection-store';
export type { Changes, ProjectionStore } from './projection-store';
