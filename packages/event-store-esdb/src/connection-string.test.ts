import { readConnectionString } from './connection-string';

test('users and passwords are taken out and decoded, and the rest is what the client gets', () => {
  const text = ' esdb+discover://ledger:p%40ss%3Aw%2Frd@store.example:2113?tls=true&tlsCAFile=/etc/ca.crt ';
  expect(readConnectionString(text)).toEqual({
    clientUrl: 'esdb+discover://store.example:2113?tls=true&tlsCAFile=/etc/ca.crt',
    shown: 'esdb+discover://store.example:2113',
    credentials: { username: 'ledger', password: 'p@ss:w/rd' },
  });
});

test('several hosts, and a server without users', () => {
  const { clientUrl, credentials } = readConnectionString('esdb://127.0.0.1:1,127.0.0.1:2/?tls=false');
  expect(clientUrl).toBe('esdb://127.0.0.1:1,127.0.0.1:2?tls=false');
  expect(credentials.username).not.toBe('');
});

test.each([
  ['another scheme', 'http://ledger:SECRET@host:2113'],
  ['no host', 'esdb://ledger:SECRET@?tls=false'],
  ['a password with a bare @', 'esdb://ledger:SEC@RET@host:2113'],
  ['a password with a bare colon, of which the client would take a part', 'esdb://ledger:SEC:RET@host:2113'],
  ['no password', 'esdb://SECRET@host:2113'],
  ['a password that is wrongly encoded', 'esdb://ledger:SECRET%zz@host:2113'],
  ['a parameter that is not known', 'esdb://ledger:SECRET@host:2113?SECRET=1'],
  ['tlsVerifyCert, which the client does not heed', 'esdb://ledger:SECRET@host:2113?tlsVerifyCert=false'],
  ['the batch path back by throwOnAppendFailure', 'esdb://ledger:SECRET@host:2113?throwOnAppendFailure=false'],
  ['a wrong value', 'esdb://ledger:SECRET@host:2113?tls=SECRET'],
  ['TLS without a user', 'esdb://host:2113?tlsCAFile=/etc/SECRET'],
])('%s is refused in words that tell no secret', (_, text) => {
  const warnings = jest.spyOn(console, 'warn').mockReturnValue();
  const refused = (): unknown => {
    try {
      return readConnectionString(text);
    } catch (error) {
      return error;
    }
  };
  expect(refused()).toBeInstanceOf(Error);
  expect(JSON.stringify([String(refused()), refused(), Object.entries(refused() as object)])).not.toMatch(/SEC|RET/);
  expect(warnings).not.toHaveBeenCalled();
  warnings.mockRestore();
});
