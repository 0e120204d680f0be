/** Where a store is, without secrets, and who calls. */
export type Address = {
  /** For the client; names no user. */
  clientUrl: string;
  /** For people: scheme and hosts. */
  shown: string;
  credentials: { username: string; password: string };
};

const numbers = ['discoveryInterval', 'gossipTimeout', 'keepAliveInterval', 'keepAliveTimeout', 'maxDiscoverAttempts'];
const rules = new Map([
  ...numbers.map((name): [string, RegExp] => [name, /^\d{1,9}$/]),
  ['tls', /^(true|false)$/],
  ['tlsCAFile', /./],
  ['connectionName', /./],
]);

const pattern = /^(esdb(?:\+discover)?):\/\/(?:([^@/?]*)@)?([^@/?]+)\/?(?:\?(.*))?$/;

/**
 * Reads a connection string. What the client would take and not mean is refused here, as it warns with the whole string, the password
 * included. No error of this names more of it than a parameter.
 */
export const readConnectionString = (text: string): Address => {
  const [, scheme = '', user, hosts = '', query = ''] = pattern.exec(text.trim()) ?? [];
  if (hosts === '')
    throw new Error(
      'the connection string must be esdb://USER:PASSWORD@HOST:PORT?tls=… or esdb+discover://…, several hosts with commas between; what is special in user and password is percent-encoded',
    );
  const parameters = query === '' ? [] : query.split('&');
  parameters.forEach(requireKnown);
  const shown = `${scheme}://${hosts}`;
  return {
    clientUrl: query === '' ? shown : `${shown}?${query}`,
    shown,
    credentials: credentialsOf(user) ?? anybody(parameters),
  };
};

/** The client has another way of appending without credentials, which can hang for ever; a server without users ignores them. */
const anybody = (parameters: string[]): Address['credentials'] => {
  if (!parameters.includes('tls=false'))
    throw new Error('the connection string names no user, without which a store with TLS lets nobody in');
  return { username: 'tollgate', password: 'tollgate' };
};

const requireKnown = (parameter: string): void => {
  const [name = '', value = '', ...more] = parameter.split('=');
  const rule = rules.get(name);
  if (rule === undefined)
    throw new Error(
      `the connection string has a parameter that is not known; known are ${[...rules.keys()].join(', ')}`,
    );
  if (more.length > 0 || !rule.test(value)) throw new Error(`the connection string has a wrong value for ${name}`);
};

const credentialsOf = (user: string | undefined): Address['credentials'] | undefined => {
  if (user === undefined) return undefined;
  const [username = '', password = '', ...more] = user.split(':');
  if (username === '' || password === '' || more.length > 0)
    throw new Error('the connection string must have USER:PASSWORD before the @, a colon within them percent-encoded');
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    throw new Error('the connection string has a user or password that is not percent-encoded rightly');
  }
};
