import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTables } from './tables';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tollgate-tables-'))));
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const write = (vendors: string[]): string => {
  writeTables(folder, { trunks: {}, trusted: [], policies: {}, routes: { '44': vendors }, emergency: {} });
  return readFileSync(join(folder, 'route'), 'utf8');
};

test('vendors are written in their order, and one may have several places', () => {
  const lines = write(['one@10.0.0.1:5060', 'one@10.0.0.2:5060', 'two@10.0.0.3:5060']).split('\n').slice(1, -1);
  expect(lines).toEqual([
    '1:44/0:0:0:one@10.0.0.1\\:5060:0',
    '2:44/1:0:0:one@10.0.0.2\\:5060:0',
    '3:44/2:0:0:two@10.0.0.3\\:5060:0',
  ]);
});

test.each([
  ['a vendor without a place', ['one'], 'routes.44: "one" must be account@host:port'],
  ['places that stand apart', ['one@a:1', 'two@b:1', 'one@c:1'], 'routes.44: the places of one must stand together'],
])('%s is refused by name', (_what, vendors, message) => {
  expect(() => write(vendors)).toThrow(message);
});
