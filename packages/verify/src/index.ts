export { NoEvent, eventIn } from './event';
export { createFold } from './fold';
