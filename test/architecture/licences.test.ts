import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** What may be shipped with Tollgate. lru-cache changed to another licence after 11.2.2, which is why it stays there. */
const licences = ['Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** Of all that a licence is made up of. */
const isAllowed = (licence: string): boolean =>
  licence
    .replace(/^\((.*)\)$/, '$1')
    .split(' AND ')
    .every((one) => licences.includes(one));

type Locked = { packages: Record<string, { license?: string; dev?: boolean; link?: boolean }> };
const { packages } = JSON.parse(readFileSync(resolve(__dirname, '../../package-lock.json'), 'utf8')) as Locked;

test('everything that is installed to run Tollgate is licensed for use', () => {
  const shipped = Object.entries(packages).filter(
    ([path, { dev, link }]) => path.includes('node_modules/') && dev !== true && link !== true,
  );
  expect(shipped.length).toBeGreaterThan(50);
  expect(shipped.filter(([, { license = 'none' }]) => !isAllowed(license))).toEqual([]);
});
