export { startCutoffProjector } from './projector';
export type { CutoffProjector } from './projector';
export { startTrafficRelay, trafficMessage } from './traffic-relay';
