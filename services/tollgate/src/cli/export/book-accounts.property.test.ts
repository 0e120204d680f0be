import fc from 'fast-check';
import { accountNamesOf, bookNameOf } from './book-accounts';

const accountId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,8}$/);

/** The way back, which only an injective encoding has. */
const accountIdIn = (name: string): string =>
  name.slice(1).replace(/-([-du])/g, (_text, escaped: string) => ({ d: '.', u: '_' })[escaped] ?? '-');

test('no two accounts share a name in the books: each name leads back to its id', () => {
  fc.assert(fc.property(accountId, (id) => accountIdIn(bookNameOf(id)) === id));
});

test('ids that differ in their signs alone have names of their own', () => {
  const ids = ['a-d', 'a.', 'a-', 'a--', 'a_', 'a-u', 'a-.', 'a.-', 'A-d'];
  expect(new Set(ids.map(bookNameOf)).size).toBe(ids.length);
});

test('beancount takes every name: parts begin with a capital letter and hold letters, digits and -', () => {
  const part = '[A-Z][A-Za-z0-9-]*';
  fc.assert(
    fc.property(accountId, (id) =>
      accountNamesOf(id).every((name) => new RegExp(`^(Assets|Equity)(:${part}){2,3}$`).test(name)),
    ),
  );
});
