import { Command } from 'commander';
import { urlOption } from './tollgate-client';

const urlOf = (text: string): string => {
  const program = new Command()
    .addOption(urlOption())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return program.parse(['--url', text], { from: 'user' }).opts<{ url: string }>().url;
};

test('an address of Tollgate is taken as it is', () => {
  for (const url of ['http://127.0.0.1:8400', 'https://tollgate.example/']) expect(urlOf(url)).toBe(url);
});

test.each(['http://host/base', 'http://host/?a=b', 'ftp://host', 'host'])('%s is refused, not read in part', (url) => {
  expect(() => urlOf(url)).toThrow(/It must be/);
});

test('a password in an address is refused, and never repeated', () => {
  expect(() => urlOf('http://user:s3cret@host')).toThrow('--url: must hold no name and no password');
});
