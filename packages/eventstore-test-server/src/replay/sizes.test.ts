import { EventStoreDBClient, type AppendToStreamOptions } from '@eventstore/db-client';
import { append, binary, collect, json, many, plain, startForTests } from './client.fixture';
import { openRecording, outcome } from './recording.fixture';

const { replay, leftOut } = openRecording('sizes');
const { server, client } = startForTests();
const paths: { name: string; options: AppendToStreamOptions }[] = [
  { name: 'batch', options: {} },
  { name: 'plain', options: plain },
];
const counts = [1, 10, 100, 1_000, 1_500, 2_000, 5_000];
const bytes = (count: number): Uint8Array => Buffer.alloc(count, 'x');
const padded = (size: number) => ({ pad: 'x'.repeat(size - JSON.stringify({ pad: '' }).length) });
const count = async (stream: string) => (await collect(client().readStream(stream))).length;
const errorOf = async (act: () => unknown): Promise<unknown> => {
  const ended = await outcome(act);
  return 'error' in ended ? ended.error : ended;
};

describe.each(paths)('how many events on the $name path', ({ name, options }) => {
  const first = name === 'batch' ? 0 : 14;
  counts.forEach((events, index) => {
    const stream = `file-d04-${first / 2 + index + 1}-${name}-${events}`;
    replay(first + 2 * index, () =>
      append(client, options)(
        stream,
        many(events, () => json({ data: padded(500) })),
        'no_stream',
      ),
    );
    replay(first + 2 * index + 1, () => count(stream));
  });
});

describe.each(paths)('the border on the $name path', ({ name, options }) => {
  const at = name === 'batch' ? 28 : 30;
  const write = append(client, options);
  replay(at, async () => {
    await write('file-border', [binary(bytes(1_048_576))]);
    return {
      largest_accepted_data_bytes: 1_048_576,
      smallest_refused_data_bytes: 1_048_577,
      below_1048576_by: 0,
      error_when_refused: await errorOf(() => write('file-border', [binary(bytes(1_048_577))])),
    };
  });
  replay(at + 1, async () => {
    const events = (number: number) => many(number, () => binary(bytes(500)));
    await write('file-border', events(2_097));
    return {
      most_accepted: 2_097,
      fewest_refused: 2_098,
      bytes_of_type_plus_data_accepted: 2_097 * 515,
      bytes_refused: 2_098 * 515,
      error_when_refused: await errorOf(() => write('file-border', events(2_098))),
    };
  });
});

describe('what counts', () => {
  const write = append(client);
  const success = async (ended: Promise<{ success: boolean }>) => ({ success: (await ended).success });
  const metadata = (size: number) => ({ pad: 'x'.repeat(size - 2) });
  replay(32, () => success(write('s'.repeat(75), [binary(bytes(1_048_576), { type: 't'.repeat(200) })])));
  replay(33, () => success(write('file-metadata', [json({ data: {}, metadata: metadata(2_000_000) })])));
  replay(34, () => success(write('file-metadata', [json({ data: {}, metadata: metadata(10_000_000) })])));
  replay(35, async () =>
    (await collect(client().readStream('file-metadata'))).map(({ event }) => ({
      metadata_bytes: JSON.stringify(event?.metadata).length,
    })),
  );
  replay(36, async () => {
    const lenient = EventStoreDBClient.connectionString(`${server().url}&throwOnAppendFailure=false`);
    const ended = await outcome(() => append(() => lenient)('file-lenient', [binary(bytes(1_048_577))]));
    if ('error' in ended) throw ended.error;
    return ended.result;
  });
  replay(37, () => write('file-after', [json()]));
  replay(38, async () => {
    const failed = async (act: () => unknown) => (await errorOf(act))?.constructor.name;
    return {
      append: await failed(() =>
        write(
          'file-all-or-nothing',
          many(5_000, () => binary(bytes(500))),
          'no_stream',
        ),
      ),
      read: await failed(() => collect(client().readStream('file-all-or-nothing'))),
    };
  });
});

describe('batches of an append', () => {
  const small = append(client, { batchAppendSize: 4_096 });
  replay(39, () =>
    small(
      'file-batches',
      many(1_000, () => json()),
      'no_stream',
    ),
  );
  replay(40, async () => {
    const events = await collect(client().readStream('file-batches'));
    return { count: events.length, first: events[0]?.event?.position, last: events.at(-1)?.event?.position };
  });
  replay(41, () =>
    append(client, { batchAppendSize: 100 })(
      'file-tiny-batches',
      many(3, () => json()),
      'no_stream',
    ),
  );
  replay(42, async () => {
    await Promise.all(
      ['aa', 'bb'].map((type) =>
        small(
          'file-interleaved',
          many(400, () => json({ type })),
        ),
      ),
    );
    const runs: [string | undefined, number][] = [];
    for (const { event } of await collect(client().readStream('file-interleaved'))) {
      const run = runs.at(-1);
      if (run?.[0] === event?.type) run?.splice(1, 1, run[1] + 1);
      else runs.push([event?.type, 1]);
    }
    return { runs };
  });
});

describe('one event of many megabytes, and a small append right behind it', () => {
  const sizes = [2, 3, 5, 15, 17, 20];
  const both = sizes.flatMap((megabytes) => paths.map(({ options }) => ({ megabytes, options })));
  both.forEach(({ megabytes, options }, place) => {
    const index = 43 + 2 * place;
    const write = append(client, options);
    const small = () => write('file-small', [json()]);
    const big = () => errorOf(() => write('file-big', [binary(bytes(megabytes * 1_048_576))]));
    const isLuck = index === 59 || index === 63;
    if (isLuck)
      test(`${index}: what is sent behind a message of ${megabytes} MiB may fail with it, written or not`, async () => {
        await small();
        const [refused] = await Promise.all([big(), outcome(small)]);
        expect(refused).toMatchObject({ code: 8, message: expect.stringContaining('exceeds the maximum') as string });
        while ((await count('file-small')) < (index === 59 ? 26 : 32)) await small();
      });
    else
      replay(index, async () => {
        await small();
        const [refused, written] = await Promise.all([big(), small()]);
        return { big: refused, small: written };
      });
    replay(index + 1, async () => ({ success: (await small()).success }));
  });
});

describe('what is large', () => {
  const data = padded(1_000_000);
  replay(67, async () => {
    await append(client)('file-large', [json({ data })]);
    const [read] = await collect(client().readStream('file-large'));
    expect(read?.event?.data).toEqual(data);
    return { same: true, bytes: JSON.stringify(read?.event?.data).length };
  });
});

leftOut({
  'above, but for what is luck': [59, 63],
  'a measurement of time': [68],
});
