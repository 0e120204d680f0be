import { createStoreNames, storeRevision } from './store-names';

test('streams are found again by their names in the store', () => {
  const names = createStoreNames('tollgate-');
  expect(names.of('account-acme')).toBe('tollgate-account-acme');
  expect(names.streamOf('tollgate-account-acme')).toBe('account-acme');
});

test.each(['tollgate-ledger', 'other-account-acme', 'Tollgate-account-acme', '$$tollgate-account-acme'])(
  '%s is no stream of the log',
  (name) => {
    expect(createStoreNames('tollgate-').streamOf(name)).toBeUndefined();
  },
);

test.each(['', 'tollgate', '-', 'tollgate-eu-', '$tollgate-', `${'x'.repeat(65)}-`])(
  'the prefix "%s" could be the beginning of another one or of a system stream, and is refused',
  (prefix) => {
    expect(() => createStoreNames(prefix)).toThrow('the prefix of streams must be');
  },
);

test('what is expected of a stream is an exact revision or that it does not exist, never anything', () => {
  expect([-1, 0, 41].map(storeRevision)).toEqual(['no_stream', 0n, 41n]);
});
