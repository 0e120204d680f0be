import { faultsOfRoles, hasRole, roleNames, roleServing } from './roles';
import { SettingsError, readSettings } from './settings';

const store = { EVENTSTORE_URL: 'esdb://127.0.0.1:2113?tls=false' };

const faultOf = (environment: NodeJS.ProcessEnv): string => {
  try {
    readSettings({}, environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return 'accepted';
};

test.each([
  ['POST', '/v1/payments', 'intake'],
  ['POST', '/v1/batch?dryRun=true', 'intake'],
  ['PUT', '/v1/accounts/acme/cutoff', 'intake'],
  ['PATCH', '/v1/accounts/acme', 'intake'],
  ['GET', '/v1/accounts', 'api'],
  ['GET', '/v1/traffic-control?from=start', 'api'],
  ['HEAD', '/v1/accounts/acme', 'api'],
  ['GET', '/v1/nothing', undefined],
  ['GET', '/v1/accounts/acme/nothing', undefined],
  ['GET', '/readyz', undefined],
  ['GET', '/openapi.json', undefined],
  ['POST', '/healthz', undefined],
  ['DELETE', '/v1/accounts/acme', undefined],
])('%s %s is served by %s', (method, url, role) => {
  expect(roleServing({ method, url })).toBe(role);
});

test('a process that is given no role has all, one that is given some has no other', () => {
  for (const role of roleNames) {
    expect(hasRole([], role)).toBe(true);
    expect(hasRole(['api'], role)).toBe(role === 'api');
  }
});

test('roles are listed with commas; without any, nothing is asked of a process', () => {
  expect(readSettings({ roles: 'intake, api' }, store).roles).toEqual(['intake', 'api']);
  expect(readSettings({}, { ...store, TOLLGATE_ROLES: 'decide' }).roles).toEqual(['decide']);
  expect(readSettings({}, { TOLLGATE_HOST: '0.0.0.0' }).roles).toEqual([]);
});

test.each([
  [{ TOLLGATE_ROLES: 'intake' }, /^EVENTSTORE_URL: needed with a role/],
  [{ ...store, TOLLGATE_ROLES: 'decide,publish' }, /^KAFKA_BROKERS: needed with the role publish/],
  [{ ...store, TOLLGATE_ROLES: 'reporting' }, /^DATABASE_URL: needed with the role reporting/],
  [{ ...store, TOLLGATE_ROLES: 'write' }, /^TOLLGATE_ROLES \(--role <list>\): must be one of intake, decide,/],
  [{ ...store, TOLLGATE_ROLES: 'api,decide,api' }, /^TOLLGATE_ROLES \(--role <list>\): api is named twice/],
  [{ ...store, TOLLGATE_ROLES: 'api,' }, /^TOLLGATE_ROLES \(--role <list>\): must be one of intake, decide,/],
])('%j is refused', (environment, words) => {
  expect(faultOf(environment)).toMatch(words);
});

test.each(['', ' '])('--role %j, of a variable that is not set, used to run all of them', (roles) => {
  expect(() => readSettings({ roles }, store)).toThrow(
    /^TOLLGATE_ROLES \(--role <list>\): is empty; name one of intake,/,
  );
});

test.each(['0.0.0.0', '::', '10.0.0.7', '127.0.0.1.example.com', 'ledger.example'])(
  'until there is access control, a process with a role does not listen on %s',
  (host) => {
    expect(faultOf({ ...store, TOLLGATE_ROLES: 'api', TOLLGATE_HOST: host })).toMatch(
      /^TOLLGATE_HOST .*no access control/,
    );
  },
);

test.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('it may listen on %s', (host) => {
  expect(faultsOfRoles({ roles: ['api'], host, eventstoreUrl: 'esdb://there' })).toEqual([]);
});
