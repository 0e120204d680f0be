import { hasRole, roleNames } from '../roles';
import type { Role } from '../roles';
import type { Settings } from '../settings';
import { watchDecisions } from '../watch-decisions';
import type { Ground, Part } from './part';

/** In the order in which data flows. Only what is started is loaded. */
const starters: Record<Role, (ground: Ground) => Promise<Part>> = {
  intake: async (ground) => (await import('./intake.js')).startIntake(ground),
  decide: async (ground) => (await import('./decide.js')).startDeciding(ground),
  publish: async (ground) => (await import('./publish.js')).startPublishing(ground),
  api: async (ground) => (await import('./api.js')).startApi(ground),
  reporting: async (ground) => (await import('./reporting.js')).startReports(ground),
  rate: async (ground) => (await import('./rate.js')).startRating(ground),
};

/** The roles of a process. One that has them all does without those for which nothing is there: a broker, a database. */
export const rolesOf = ({ roles, kafkaBrokers, databaseUrl, rater }: Settings): Role[] =>
  roleNames.filter(
    (role) =>
      hasRole(roles, role) &&
      (role !== 'publish' || kafkaBrokers !== undefined) &&
      (role !== 'reporting' || databaseUrl !== undefined) &&
      (role !== 'rate' || (rater !== undefined && kafkaBrokers !== undefined)),
  );

export const startRoles = async (roles: readonly Role[], ground: Ground): Promise<Part[]> => {
  const parts: Part[] = [];
  for (const role of roles) parts.push(await starters[role](ground));
  // Who answers proves too, where there is a key to sign with.
  if (roles.includes('api') && ground.settings.signingKey !== undefined)
    parts.push(await (await import('./audit.js')).startAuditing(ground));
  const { table, shared, clock, logger } = ground;
  parts.push(watchDecisions({ table, isShared: shared !== undefined, clock, logger }));
  return parts;
};
