export { Unusable, isSignedBy, readCheckpoint, readPublicKey } from './checkpoint';
export type { Checkpoint, PublicKey } from './checkpoint';
export { NoEvent, eventIn } from './event';
export { createFold } from './fold';
export { linesOf } from './lines';
export { consistencyFaults } from './proof';
