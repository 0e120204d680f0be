export { addReadRoutes } from './read-routes';
