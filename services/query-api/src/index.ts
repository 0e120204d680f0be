export { addReadRoutes } from './read-routes';
export { openPast } from './past/open-past';
