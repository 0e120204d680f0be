import { BACKWARDS, END, START, type EventData, type ResolvedEvent } from '@eventstore/db-client';
import { append, binary, collect, json, many, plain, revisions, startForTests } from './client.fixture';
import { decode, typesOf } from './encoding.fixture';
import { openRecording } from './recording.fixture';

const { steps, replay, leftOut } = openRecording('append-and-read');
const { client } = startForTests();
const write = append(client);
const stream = 'account-a01';
const metadata = { correlationId: 'c-0001', causationId: 'k-0001' };
const id = (number: number): string => `01000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

const opened = json({ id: id(1), type: 'account-opened', data: { iban: 'DE00', currency: 'EUR' }, metadata });
const posted = (number: number): EventData =>
  json({ id: id(number), type: 'amount-posted', data: { amount: '10.00' }, metadata });

describe('appending', () => {
  replay(0, () => write(stream, [opened], 'no_stream'));
  replay(1, () => write(stream, [posted(2), json()], 0n));
  replay(2, () => write(stream, [json()], 'any'));
  replay(3, () => write(stream, [json()], 'stream_exists'));
  replay(4, () => client().appendToStream(stream, json()));
  replay(5, () => write(stream, [json()], 5));
  replay(6, () => write(stream, [], 'any'));
  replay(7, () => write(stream, [], 6n));
  replay(8, () => write(stream, [], 3n));
  replay(9, () => write('account-a01-new', [], 'no_stream'));
  replay(10, () => collect(client().readStream('account-a01-new')));
});

describe('the events read', () => {
  const readFirst = async (): Promise<ResolvedEvent | undefined> =>
    (await collect(client().readStream(stream, { maxCount: 1 })))[0];
  const fromPosition = async () => (await readFirst())?.event?.position ?? START;
  const readFirstOfAll = async () => collect(client().readAll({ fromPosition: await fromPosition(), maxCount: 1 }));
  replay(11, async () => {
    const events = await collect(client().readStream(stream));
    return { count: events.length, first_two: events.slice(0, 2) };
  });
  replay(12, async () => typesOf(await readFirst()));
  replay(13, async () => {
    const first = (await readFirst()) ?? {};
    return { resolved: Object.keys(first), event: Object.keys(first.event ?? {}) };
  });
  replay(14, readFirstOfAll);
  replay(15, async () => {
    expect(await readFirstOfAll()).toEqual([await readFirst()]);
    return true;
  });
});

describe('reading a stream', () => {
  const read = (options: object) => revisions(client().readStream(stream, options));
  replay(16, () => read({ fromRevision: 2n }));
  replay(17, () => read({ fromRevision: 2 }));
  replay(18, () => read({ fromRevision: 2n, maxCount: 2 }));
  replay(19, () => read({ maxCount: 2n }));
  replay(20, () => read({ maxCount: 0 }));
  replay(21, () => read({ fromRevision: 7n }));
  replay(22, () => read({ fromRevision: 1_000n }));
  replay(23, () => read({ fromRevision: END }));
  replay(24, () => read({ direction: BACKWARDS, fromRevision: END }));
  replay(25, () => read({ direction: BACKWARDS, fromRevision: END, maxCount: 1 }));
  replay(26, () => read({ direction: BACKWARDS, fromRevision: 2n }));
  replay(27, () => read({ direction: BACKWARDS, fromRevision: 1_000n }));
  replay(28, () => read({ direction: BACKWARDS, fromRevision: START }));
  replay(29, () => read({ direction: BACKWARDS }));
  replay(30, () => read({ fromRevision: -1n }));
  replay(31, () => read({ fromRevision: 9223372036854775807n }));
  replay(32, () => read({ fromRevision: 18446744073709551615n }));
  replay(33, () => read({ deadline: 1 }));
  const missing = (options: object) => collect(client().readStream('account-a01-missing', options));
  replay(34, () => missing({}));
  replay(35, () => missing({ fromRevision: 5n }));
  replay(36, () => missing({ maxCount: 0 }));

  const emitted = (name: string, options: object): Promise<unknown[]> =>
    new Promise((resolve) => {
      const log: unknown[] = [];
      const read = client().readStream(name, options);
      read.on('data', () => log.push('data')).on('end', () => log.push('end'));
      read
        .on('close', () => resolve([...log, 'close']))
        .on('error', ({ constructor }) => resolve([{ error: constructor.name }]));
    });
  replay(37, () => emitted('account-a01-missing', {}));
  replay(38, () => emitted(stream, { maxCount: 1 }));
});

describe('what is written comes back', () => {
  for (let index = 39; index <= 51; index += 1) {
    replay(index, async () => {
      const { sent } = decode(steps[index]?.result ?? null) as { sent: EventData };
      const type = index >= 47 && index <= 49 ? 'file-bytes' : index === 50 ? 'Prüfung bestanden 漢' : 'file-seen';
      const event = { ...sent, type };
      const { nextExpectedRevision } = await write('file-a01', [event]);
      return { sent, nextExpectedRevision };
    });
  }
  replay(52, async () =>
    (await collect(client().readStream('file-a01'))).map(({ event }) => ({
      revision: event?.revision,
      id: event?.id,
      type: event?.type,
      isJson: event?.isJson,
      data: event?.data,
      data_type: typesOf(event?.data),
      metadata: event?.metadata,
      metadata_type: typesOf(event?.metadata),
    })),
  );
});

describe('what was acknowledged can be read at once', () => {
  const missing = async (times: number, isThere: (index: number) => Promise<boolean>) => {
    let count = 0;
    for (let index = 0; index < times; index += 1) if (!(await isThere(index))) count += 1;
    return { missing: count };
  };
  replay(53, () =>
    missing(200, async (index) => {
      await write('account-seen', [json()], 'any');
      const read = client().readStream('account-seen', { direction: BACKWARDS, fromRevision: END, maxCount: 1 });
      return (await revisions(read))[0] === BigInt(index);
    }),
  );
  replay(54, () =>
    missing(50, async () => {
      const [event] = many(1, () => binary(Buffer.from('x')));
      await client().appendToStream('account-seen', event ?? [], plain);
      const read = client().readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 });
      return (await collect(read))[0]?.event?.id === event?.id;
    }),
  );
});

leftOut({});
