import { path } from './path';

test.each([
  ['acme', '/v1/accounts/acme/history'],
  ['a/b', '/v1/accounts/a%2Fb/history'],
  ['a?b#c%2e', '/v1/accounts/a%3Fb%23c%252e/history'],
  ['...', '/v1/accounts/.../history'],
  ['%2e%2e', '/v1/accounts/%252e%252e/history'],
])('%s is one part of the path', (id, expected) => {
  const asked = path`/v1/accounts/${id}/history`;
  expect(asked).toBe(expected);
  expect(new URL(asked, 'http://host').pathname).toBe(expected);
});

test('several ids are parts of their own', () => {
  expect(path`/v1/authorizations/${'a'}/${'b/c'}`).toBe('/v1/authorizations/a/b%2Fc');
});

test.each(['', '.', '..'])('"%s" is refused: another path used to be asked for', (id) => {
  expect(() => path`/v1/accounts/${id}`).toThrow(`"${id}" is no id of anything: an address cannot carry it`);
});
