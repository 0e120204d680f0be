export { rateCdr } from './rate-cdr';
export type { Partners } from './rate-cdr';
export { startRater } from './rater';
export type { Rater } from './rater';
