import { isKnownPath } from '@tollgate/contracts';

/** What a process can do alone, beside others on the same log; several of each may run at once (DESIGN 5). */
export const roleNames = ['intake', 'decide', 'publish', 'api', 'reporting', 'rate'] as const;
export type Role = (typeof roleNames)[number];

/** Whether a process that was given these roles has that one: given none, it has all. */
export const hasRole = (given: readonly Role[], role: Role): boolean => given.length === 0 || given.includes(role);

/** The role that serves a call (DESIGN 4); absent where every process answers. */
export const roleServing = ({ method, url }: { method: string; url: string }): Role | undefined => {
  const path = url.split('?')[0] ?? '';
  if (!path.startsWith('/v1/') || !isKnownPath(path)) return undefined;
  if (method === 'GET' || method === 'HEAD') return 'api';
  return ['POST', 'PUT', 'PATCH'].includes(method) ? 'intake' : undefined;
};

type Given = {
  roles: readonly Role[];
  host: string;
  eventstoreUrl?: string | undefined;
  kafkaBrokers?: readonly string[] | undefined;
  databaseUrl?: string | undefined;
  rater?: string | undefined;
};

/** What keeps a process with these roles from starting, a line each. */
export const faultsOfRoles = ({ roles, host, eventstoreUrl, kafkaBrokers, databaseUrl, rater }: Given): string[] => {
  if (roles.length === 0) return [];
  const lacks = (role: Role, setting: unknown): boolean => roles.includes(role) && setting === undefined;
  const twice = roles.find((role, index) => roles.indexOf(role) !== index);
  const faults: [boolean, string][] = [
    [twice !== undefined, `TOLLGATE_ROLES (--role <list>): ${String(twice)} is named twice`],
    [
      eventstoreUrl === undefined,
      'EVENTSTORE_URL: needed with a role: processes share a log in an event store, not in a folder',
    ],
    [lacks('publish', kafkaBrokers), 'KAFKA_BROKERS: needed with the role publish: it is where commands go'],
    [lacks('rate', kafkaBrokers), 'KAFKA_BROKERS: needed with the role rate: it is where calls come from'],
    [
      lacks('rate', rater),
      'TOLLGATE_RATER (--rater <file>): needed with the role rate: it says whose calls are rated how',
    ],
    [lacks('reporting', databaseUrl), 'DATABASE_URL: needed with the role reporting: it is where the reports are kept'],
    [
      !isLoopback(host),
      `TOLLGATE_HOST (--host <address>): with a role it must be 127.0.0.1, ::1 or localhost, not ${host}: Tollgate has no access control of its own yet, and a process with a role is one that others call; put a proxy before it that has`,
    ],
  ];
  return faults.flatMap(([isSo, fault]) => (isSo ? [fault] : []));
};

/** Whether only this machine reaches an address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
