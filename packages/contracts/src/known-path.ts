import { routes } from './routes';

const patterns = [...new Set(routes.map(({ path }) => path))].map(
  (path) => new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
);

/** Whether the contract has calls of that path, without its query. */
export const isKnownPath = (path: string): boolean => patterns.some((pattern) => pattern.test(path));
