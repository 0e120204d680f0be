import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal } from './journal';
import type { RecordedEvent } from './log/recorded-event';

const folder = mkdtempSync(join(tmpdir(), 'journal-'));
afterAll(() => rmSync(folder, { recursive: true }));

const event = (revision: bigint): RecordedEvent => ({
  id: `id-${revision}`,
  type: 'posted',
  isJson: true,
  data: Buffer.from('{"line":"\\n"}'),
  metadata: Buffer.from([0, 255]),
  stream: 'account-a',
  revision,
  position: 1_000n + revision,
  createdMs: 1_700_000_000_000,
});

test('an append of which a half is on disk was never there, and what follows it is whole', () => {
  const first = openJournal(folder);
  first.record([event(0n), event(1n)]);
  first.record([]);
  first.close();
  const [file = ''] = readdirSync(folder);
  appendFileSync(join(folder, file), '{"stream":"account-a","fir');
  const second = openJournal(folder);
  expect(second.recorded).toEqual([event(0n), event(1n)]);
  second.record([event(2n)]);
  second.close();
  const third = openJournal(folder);
  expect(third.recorded).toEqual([event(0n), event(1n), event(2n)]);
  third.close();
});
