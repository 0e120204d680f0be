export { startCutoffProjector } from './projector';
export type { CutoffProjector } from './projector';
export { startTrafficRelay } from './traffic-relay';
