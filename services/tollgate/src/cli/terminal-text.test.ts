import { printable, tableLines } from './terminal-text';

test('columns are as wide as they need, numbers to the right', () => {
  const lines = tableLines(
    [{ title: 'Account' }, { title: 'inbound', align: 'right' }, { title: 'blocked' }],
    [
      ['acme', '-12.5', 'inbound'],
      ['a-longer-name', '0.0000000001', ''],
    ],
  );
  expect(lines).toEqual([
    'Account             inbound  blocked',
    'acme                  -12.5  inbound',
    'a-longer-name  0.0000000001',
  ]);
});

test('a table without rows is its header', () => {
  expect(tableLines([{ title: 'Account' }], [])).toEqual(['Account']);
});

test('nothing in a name can steer the terminal', () => {
  expect(printable('a\u001b[31mb\nc\u202e')).toBe('a\ufffd[31mb\ufffdc\ufffd');
});
