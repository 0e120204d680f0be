export { startBalanceProjector } from './projector';
