import { END, EventStoreDBClient, type AppendExpectedRevision } from '@eventstore/db-client';
import { collect, json, many, plain, startForTests } from './client.fixture';
import { openRecording } from './recording.fixture';

const { steps, replay, leftOut } = openRecording('conflict');
const { server, client } = startForTests();
let lenient: EventStoreDBClient;
beforeAll(() => {
  lenient = EventStoreDBClient.connectionString(`${server().url}&throwOnAppendFailure=false`);
});
afterAll(() => lenient.dispose());

/** The tries of each block of ten steps, by their place in it. */
const expectations: (AppendExpectedRevision | undefined)[] = [
  'no_stream',
  'no_stream',
  2n,
  0n,
  9n,
  0n,
  5n,
  'stream_exists',
];

const variants = [
  { stream: 'account-b02-true-batch', throws: true, options: {} },
  { stream: 'account-b02-true-plain', throws: true, options: plain },
  { stream: 'account-b02-false-batch', throws: false, options: {} },
  { stream: 'account-b02-false-plain', throws: false, options: plain },
];
const readShort = async (stream: string) => {
  const events = await collect(client().readStream(stream));
  return { count: events.length, last_revision: events.at(-1)?.event?.revision };
};

describe.each(variants)('$stream', ({ stream, throws, options }) => {
  const first = variants.findIndex((variant) => variant.stream === stream) * 10;
  const missing = `${stream}-missing`;
  expectations.forEach((expectedRevision = 'any', index) => {
    replay(first + index, async () => {
      const name = index > 4 ? missing : stream;
      const events = many(index === 0 ? 5 : 1, () => json());
      const result = await (throws ? client() : lenient).appendToStream(name, events, { expectedRevision, ...options });
      return result.success ? result : { ...result, keys: Object.keys(result) };
    });
  });
  replay(first + 8, () => readShort(stream));
  replay(first + 9, () => readShort(missing));
});

describe('afterwards', () => {
  const stream = 'account-b02-true-batch';
  replay(41, () =>
    client().appendToStream(
      stream,
      many(3, () => json()),
      { expectedRevision: 1n },
    ),
  );
  replay(42, async () => {
    const last = await collect(client().readStream(stream, { direction: 'backwards', fromRevision: END, maxCount: 1 }));
    return last[0]?.event?.revision;
  });
  replay(43, () => client().appendToStream(stream, json(), { expectedRevision: 0n, deadline: -1 }));
});

expect(steps).toHaveLength(44);
leftOut({ 'about classes of the client': [40] });
