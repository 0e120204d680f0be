import { eventsIn } from './account-events';

const line = (stream: string, revision: number): string =>
  JSON.stringify({
    stream,
    revision,
    eventId: 'e',
    type: 'UsageCharged',
    recordedAt: '2026-01-31T12:00:00Z',
    data: {},
  });

const revisionsIn = async (...lines: string[]): Promise<number[]> => {
  const revisions: number[] = [];
  const iterable = (async function* () {
    for (const text of lines) yield await Promise.resolve(text);
  })();
  for await (const { revision } of eventsIn(iterable, 'acme')) revisions.push(revision);
  return revisions;
};

test('an event counts however its stream is written: with an escape it used to be passed over, and not to be missed', async () => {
  const escaped = line('account-acme', 2).replace('account-acme', String.raw`account\u002dacme`);
  expect(await revisionsIn(line('account-acme', 1), line('account-zenith', 7), escaped)).toEqual([1, 2]);
});

test('a line that is no event is said with its number: it used to be said without', async () => {
  const cut = line('account-acme', 2).slice(0, -1);
  await expect(revisionsIn(line('account-zenith', 1), cut)).rejects.toThrow('line 2: it is no JSON');
});
