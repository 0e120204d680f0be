export { NoEvent, eventIn } from './event';
export { createFold } from './fold';
export { linesOf } from './lines';
