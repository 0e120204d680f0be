import type { LogEvent } from '@tollgate/contracts';
import { noStream } from '@tollgate/event-store';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import type { Log } from '@tollgate/service-runtime';
import { createCommitNotes } from './commit-notes';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const logWith = async (...accountIds: string[]) => {
  const log = createMemoryEventLog<LogEvent>();
  for (const accountId of accountIds) {
    const data = { accountId, currency: 'EUR' };
    const metadata = { source: { receivedAt: '2026-01-31T12:00:00.000Z' } };
    const event = { type: 'AccountOpened' as const, data, metadata, eventId: `id-of-${accountId}` };
    await log.append([{ stream: `account-${accountId}`, expectedRevision: noStream, events: [event] }]);
  }
  return log;
};
const notesOf = async (...accountIds: string[]) => {
  const log = await logWith(...accountIds);
  const folded = () => log.events().at(-1)?.position;
  return createCommitNotes({ log, folded, groupId: 'group', logger: silent });
};

test('a log goes on after its own commits, also after those made when it was shorter', async () => {
  const earlier = await (await notesOf('acme')).write();
  const notes = await notesOf('acme', 'zenith');
  expect(earlier).toBe('tollgate ledger=id-of-acme position=1 event=id-of-acme');
  expect(await notes.judge([earlier, await notes.write()])).toBe('go on');
});

test('what another intake committed and this one has not folded yet is in the log, and is gone on after', async () => {
  const log = await logWith('acme', 'zenith');
  const [ahead, behind] = [2n, 1n].map((position) =>
    createCommitNotes({ log, folded: () => position, groupId: 'group', logger: silent }),
  );
  expect(await behind?.judge([(await ahead?.write()) ?? ''])).toBe('go on');
});

test('a log that is an older copy starts over', async () => {
  const later = await (await notesOf('acme', 'zenith')).write();
  expect(await (await notesOf('acme')).judge([later])).toBe('start over');
});

test('whoever reads the warning of a log that was moved is told of moving: it used to speak of an older copy alone', async () => {
  const warned: string[] = [];
  const logger: Log = { ...silent, warn: (_about: object, text: string) => void warned.push(text) };
  const log = await logWith('acme');
  const notes = createCommitNotes({ log, folded: () => 1n, groupId: 'group', logger });
  const there = 'tollgate ledger=id-of-acme position=7 event=id-of-acme';
  expect(await notes.judge([there])).toBe('start over');
  expect(warned).toEqual([expect.stringMatching(/or was moved since: .*nothing counts twice$/)]);
});

test('an older copy starts over also when it has grown beyond what was committed', async () => {
  const later = await (await notesOf('acme', 'zenith')).write();
  expect(await (await notesOf('acme', 'other', 'another')).judge([later])).toBe('start over');
});

test('a note of before events were named is judged by its position', async () => {
  const older = 'tollgate ledger=id-of-acme position=2';
  expect(await (await notesOf('acme', 'zenith')).judge([older])).toBe('go on');
  expect(await (await notesOf('acme')).judge([older])).toBe('start over');
});

test.each([[['zenith']], [[]]])(
  'another ledger, even an empty one, stays out and says what to set',
  async (accounts) => {
    const note = await (await notesOf('acme')).write();
    await expect((await notesOf(...accounts)).judge([note])).rejects.toThrow(
      /consumer group group reads for another ledger \(id-of-acme; .*\): set KAFKA_GROUP/,
    );
  },
);

test('what was committed before the first event is behind every log', async () => {
  const empty = await (await notesOf()).write();
  expect(empty).toBe('tollgate ledger= position=0');
  expect(await (await notesOf()).judge([empty])).toBe('go on');
});

test('commits without a note, and those of other tools, are gone on after', async () => {
  const notes = await notesOf('acme');
  expect(await notes.judge([])).toBe('go on');
  expect(await notes.judge(['set by hand', 'tollgate ledger= position=1'])).toBe('go on');
});
