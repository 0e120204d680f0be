import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cdrsIn } from './cdr-file';

/** Rows of a CSV file as CDRs. */
const legsIn = async (...cells: string[]): Promise<unknown[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-cdrs-'));
  try {
    const file = join(folder, 'calls.csv');
    const rows = cells.map((legs) => `c1,acme,globex,+4420,2026-01-31T12:00:00Z,1000,${legs}`);
    await writeFile(file, ['cdrId,originator,terminator,callee,startedAt,durationMs,legs', ...rows, ''].join('\n'));
    const found: unknown[] = [];
    for await (const { parsed } of cdrsIn(file)) found.push(parsed.ok ? parsed.value.legs : parsed.detail);
    return found;
  } finally {
    await rm(folder, { recursive: true });
  }
};

test('a CSV file names the legs to be rated: it used to be refused whatever stood there', async () => {
  expect(await legsIn('outbound', 'inbound outbound', 'inbound;outbound', '')).toEqual([
    ['outbound'],
    ['inbound', 'outbound'],
    ['inbound', 'outbound'],
    undefined,
  ]);
});

test('what is no leg is told of', async () => {
  expect(await legsIn('both')).toEqual([expect.stringMatching(/^legs\.0: /)]);
});
