import { setTimeout as delay } from 'node:timers/promises';
import { BACKWARDS, END, START, streamNameFilter, type AppendExpectedRevision } from '@eventstore/db-client';
import { append, collect, json, many, plain, revisions, settled, short, startForTests, watch } from './client.fixture';
import { openRecording, outcome } from './recording.fixture';

const { replay, leftOut } = openRecording('metadata-and-deletes');
const { client } = startForTests();
const write = append(client);
const read = (stream: string, options = {}) => revisions(client().readStream(stream, options));
const backwards = { direction: BACKWARDS, fromRevision: END };
const posted = (count: number) => many(count, () => json({ type: 'amount-posted', data: { amount: '1.00' } }));
const ofStream = async (stream: string) =>
  (await collect(client().readAll()))
    .map(short)
    .filter((event) => [stream, `$$${stream}`].includes(event.stream ?? ''));

describe('$maxCount', () => {
  const stream = 'account-g09-maxcount';
  const first = many(10, () => json());
  replay(0, () => write(stream, first, 'no_stream'));
  replay(1, () => client().getStreamMetadata(stream));
  replay(2, () => client().setStreamMetadata(stream, { maxCount: 3, owner: 'x' }));
  replay(3, () => client().getStreamMetadata(stream));
  replay(4, () => read(stream));
  replay(5, () => read(stream, { fromRevision: 0n }));
  replay(6, () => read(stream, { fromRevision: 2n, maxCount: 2 }));
  replay(7, () => read(stream, { direction: BACKWARDS, fromRevision: 6n }));
  replay(8, () => ofStream(stream));
  replay(9, async () => {
    const subscription = client().subscribeToStream(stream, { fromRevision: START });
    const { events } = watch(subscription);
    await settled(() => events.length >= 3);
    await subscription.unsubscribe();
    return events.map(({ event }) => event?.revision);
  });
  replay(10, () => write(stream, [json()], 9n));
  replay(11, () => read(stream));
  replay(12, () => write(stream, first, 'no_stream'));
  replay(13, () => write(stream, first.slice(0, 2), 'no_stream'));
  replay(14, () => write(stream, first.slice(0, 2)));
  replay(15, async () => {
    await client().setStreamMetadata(stream, {});
    return read(stream);
  });
});

describe('$tb and $maxAge', () => {
  const [stream, aging] = ['account-g09-tb', 'account-g09-maxage'];
  replay(16, async () => {
    await write(stream, posted(5));
    await client().setStreamMetadata(stream, { truncateBefore: 2 });
    return read(stream);
  });
  replay(17, async () => {
    await client().setStreamMetadata(stream, { truncateBefore: 100 });
    return read(stream);
  });
  replay(18, () => write(stream, [json()], 4n));
  replay(19, () => write(stream, [json()], 'no_stream'));
  replay(20, () => read(stream));
  replay(21, () => read(stream, backwards));
  replay(22, async () => {
    await client().setStreamMetadata(aging, { maxAge: 1 });
    await write(aging, posted(3));
    await delay(1_100);
    return read(aging);
  });
  replay(23, () => read(aging, backwards));
  replay(24, async () => [await write(aging, [json()], 2n), await read(aging)]);
});

describe('a soft delete', () => {
  const stream = 'account-g09-soft';
  const remove = (name: string, expectedRevision?: AppendExpectedRevision) =>
    client().deleteStream(name, expectedRevision === undefined ? {} : { expectedRevision: expectedRevision as bigint });
  replay(25, async () => {
    await write(stream, posted(4));
    return remove(stream, 1n);
  });
  replay(26, () => remove(stream, 3n));
  replay(27, () => read(stream));
  replay(28, () => read(stream, backwards));
  replay(29, () => client().getStreamMetadata(stream));
  replay(30, async () =>
    (await collect(client().readStream(`$$${stream}`))).map(({ event }) => {
      return { revision: event?.revision, type: event?.type, data: event?.data };
    }),
  );
  replay(31, () => ofStream(stream));
  replay(32, () => remove(stream));
  replay(33, () => write(stream, [json()], 'stream_exists'));
  replay(34, () => write(stream, [json()], 1n));
  replay(35, () => write(stream, posted(2), 'no_stream'));
  replay(36, () => read(stream));
  replay(37, () => write(stream, [json()], 'no_stream'));
  replay(38, () => client().getStreamMetadata(stream));
  const again: { at: number; expected: AppendExpectedRevision }[] = [
    { at: 39, expected: 'any' },
    { at: 41, expected: 3n },
  ];
  for (const { at, expected } of again) {
    replay(at, async () => {
      await write(`${stream}-${at}`, posted(4));
      await remove(`${stream}-${at}`);
      return write(`${stream}-${at}`, [json()], expected);
    });
    replay(at + 1, () => read(`${stream}-${at}`));
  }
  replay(43, () => remove('account-g09-never'));
  replay(44, () => remove('account-g09-never2', 0n));
  replay(45, () => write('account-g09-never', [json()], 'no_stream'));
  replay(46, async () => {
    await write(`${stream}-sub`, posted(2));
    const subscription = client().subscribeToStream(`${stream}-sub`);
    const { log, events } = watch(subscription);
    await settled(() => log.length === 2);
    await remove(`${stream}-sub`);
    await settled(() => true);
    const seen = { events: events.length, log: [...log] };
    await subscription.unsubscribe();
    return seen;
  });
  const seenOf = async (name: string, prefixes: string[], expected: number) => {
    await write(name, posted(2));
    const subscription = client().subscribeToAll({ fromPosition: END, filter: streamNameFilter({ prefixes }) });
    const { log, events } = watch(subscription);
    await settled(() => log.length === 2);
    await remove(name);
    await write(name, [json()], 'no_stream');
    await settled(() => events.length >= expected);
    await subscription.unsubscribe();
    return events.map(short);
  };
  replay(47, () => seenOf('account-g09-soft-all', ['account-'], 1));
  replay(48, () => seenOf('account-g09-soft-all2', ['account-', '$$account-'], 3));
});

describe('a tombstone', () => {
  const stream = 'account-g09-tomb';
  const bury = (name: string, expectedRevision: bigint | 'no_stream' | 'any' = 'any') =>
    client().tombstoneStream(name, { expectedRevision });
  replay(49, async () => {
    await write(stream, posted(3));
    return bury(stream, 0n);
  });
  replay(50, () => bury(stream, 2n));
  replay(51, () => read(stream));
  replay(52, () => read(stream, backwards));
  const expectations: AppendExpectedRevision[] = ['any', 'no_stream', 2n, 'stream_exists'];
  expectations.forEach((expected, index) => replay(53 + index, () => write(stream, [json()], expected)));
  replay(57, () => client().appendToStream(stream, json(), plain));
  replay(59, () => bury(stream));
  replay(60, () => client().deleteStream(stream));
  replay(61, async () =>
    (await collect(client().readAll()))
      .map(({ event }) => event)
      .filter((event) => event?.streamId === stream)
      .map((event) => {
        const { revision, type, isJson, data, position } = event ?? {};
        return { revision, type, isJson, data, position };
      }),
  );
  replay(62, async () => {
    const { log, events } = watch(client().subscribeToStream(stream));
    await settled(() => log.length > 0);
    return { events: events.length, log };
  });
  replay(63, async () => {
    await write(`${stream}-sub`, posted(2));
    const { log, events } = watch(client().subscribeToStream(`${stream}-sub`));
    await settled(() => log.length === 2);
    await bury(`${stream}-sub`);
    await settled(() => log.length === 3);
    return { events: events.map(({ event }) => `${event?.type}@${event?.revision}`), log };
  });
  replay(64, async () => {
    const tombstone = await bury('account-g09-tomb-never', 'no_stream');
    const later = await outcome(() => write('account-g09-tomb-never', [json()]));
    return { tombstone, append: 'error' in later ? later.error : later };
  });
});

leftOut({ 'a client that does not throw on conflicts; the answer on the wire is that of 53': [58] });
