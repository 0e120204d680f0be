import { EventStoreDBClient, type AppendExpectedRevision, type ResolvedEvent } from '@eventstore/db-client';
import { append, collect, json, plain, startForTests } from './client.fixture';
import { decode } from './encoding.fixture';
import { openRecording, outcome } from './recording.fixture';

const { steps, replay, leftOut } = openRecording('idempotent-retry');
const { server, client, restart } = startForTests();
const write = append(client);

type Write = { names: string[]; stream: string; expected: AppendExpectedRevision; hasOtherData: boolean };

const readExpected = (text: string): AppendExpectedRevision =>
  /^\d+n$/.test(text) ? BigInt(text.slice(0, -1)) : (text.toLowerCase() as AppendExpectedRevision);

/** `append ids [a,b] to "stream", expected ANY`, or undefined. */
const readWrite = (call: string): Write | undefined => {
  const parts = /^append ids \[([a-z,]+)\] to "([^"]+)", expected (\w+)/.exec(call);
  if (!parts) return undefined;
  const [, names = '', stream = '', expected = ''] = parts;
  return {
    names: names.split(','),
    stream,
    expected: readExpected(expected),
    hasOtherData: call.endsWith('with other data'),
  };
};

const short = ({ event }: ResolvedEvent) => {
  const { revision, id, data, position } = event ?? {};
  return { revision, id, data, position };
};
const holds = async (stream: string) => (await collect(client().readStream(stream))).map(short);
const amount = (id: string | undefined, value = '1.00') => json({ ...(id && { id }), data: { amount: value } });

/** The ids that a case used are told behind its appends. */
const idsOf = (index: number): Record<string, string> => {
  const told = steps.slice(index).find(({ call }) => call.trim() === 'ids used');
  return decode(told?.result ?? {}) as Record<string, string>;
};

/** Streams are named in the recording, and each case has its own. */
const replayCases = (from: number, to: number): void => {
  for (let index = from; index <= to; index += 1) {
    const call = steps[index]?.call ?? '';
    const read = /stream "([^"]+)" now holds/.exec(call)?.[1];
    const asked = readWrite(call);
    if (read) replay(index, () => holds(read));
    else if (asked) {
      const ids = idsOf(index);
      const events = asked.names.map((name) => amount(ids[name], asked.hasOtherData ? '9.99' : '1.00'));
      replay(index, () => write(asked.stream, events, asked.expected));
    } else replay(index, () => decode(steps[index]?.result ?? null));
  }
};

describe('on the batch path', () => replayCases(0, 134));

describe('the same id in two streams', () => {
  const [first, second] = ['account-c03-22-two-streams-A', 'account-c03-23-two-streams-B'];
  const one = [amount('03000000-0000-4000-8000-000000000058')];
  replay(136, () => write(first, one, 'no_stream'));
  replay(137, () => write(second, one, 'no_stream'));
  replay(138, () => write(first, one, 'no_stream'));
  replay(139, () => write(second, one));
  replay(140, () => write(first, one));
  replay(141, () => write(second, one));
  replay(142, () => holds(first));
  replay(143, () => holds(second));
});

describe('a retry that overtakes its answer', () => {
  const id = (number: number) => `03000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
  const stream = 'account-c03-26-racing-mixed';
  replay(148, async () => {
    server().misbehave({ lateMs: 100 });
    const first = [amount(id(63)), amount(id(64))];
    const second = [amount(id(65))];
    const tries = [write(stream, first, 'no_stream'), write(stream, first, 'no_stream')];
    tries.push(write(stream, second, 1n), write(stream, second, 1n), write(stream, first, 'no_stream'));
    const outcomes = await Promise.all(tries.map((each) => outcome(() => each)));
    server().misbehave({});
    return outcomes.map((each) => ('result' in each ? each.result : each.error));
  });
  replay(149, () => holds(stream));
});

describe('on the plain path', () => {
  const stream = 'account-c03-27-plain';
  const [a, b] = [66, 67].map((number) => json({ id: `03000000-0000-4000-8000-0000000000${number}` }));
  const both = [a ?? [], b ?? []].flat();
  const writePlain = append(client, plain);
  replay(150, () => writePlain(stream, both, 'no_stream'));
  replay(151, () => writePlain(stream, both, 'no_stream'));
  replay(152, () => writePlain(stream, both));
  replay(153, () => write(stream, both, 'no_stream'));
  replay(154, () => writePlain(stream, [...both.slice(0, 1), json()]));
  replay(155, () => holds(stream));
});

describe('without throwing', () => {
  const stream = 'account-c03-28-nothrow';
  const both = [json(), json()];
  let lenient: EventStoreDBClient;
  beforeAll(() => {
    lenient = EventStoreDBClient.connectionString(`${server().url}&throwOnAppendFailure=false`);
  });
  afterAll(() => lenient.dispose());
  const writeLenient = append(() => lenient);
  replay(156, () => writeLenient(stream, both, 'no_stream'));
  replay(157, () => writeLenient(stream, both, 'no_stream'));
  replay(158, () => writeLenient(stream, [...both, json()], 'no_stream'));
  replay(159, () => writeLenient(stream, [json()], 0n));
});

/** What is written in the cases of ageing and of a restart, with the ids of the recording. */
const four = (first: number, streams: string[]) => {
  const at = (offset: number) => amount(`03000000-0000-4000-8000-${String(first + offset).padStart(12, '0')}`);
  const [noStream = '', exact = '', any = '', exists = '', again = ''] = streams;
  const tries = [
    () => write(noStream, [at(0), at(1)], 'no_stream'),
    () => write(exact, [at(3), at(4)], 0n),
    () => write(any, [at(6), at(7)]),
    () => write(exists, [at(9), at(10)], 'stream_exists'),
  ] as const;
  return {
    tries,
    first: [
      tries[0],
      async () => [await write(exact, [at(5)], 'no_stream'), await tries[1]()],
      tries[2],
      async () => [await write(exists, [at(11)], 'no_stream'), await tries[3]()],
    ],
    again: () => write(again, [at(12), at(13)]),
    held: [noStream, exact, any, exists].map((stream) => () => holds(stream)),
  };
};
const replayEach = (from: number, acts: readonly (() => unknown)[]): void =>
  acts.forEach((act, index) => replay(from + index, act));

describe('after an age of other events', () => {
  const streams = ['29-aged-no-stream', '30-aged-exact', '31-aged-any', '32-aged-exists', '33-aged-any2'];
  const { first, tries, again, held } = four(
    72,
    streams.map((name) => `account-c03-${name}`),
  );
  replayEach(161, first);
  replayEach(165, tries);
  replay(169, again);
  replay(170, async () => {
    server().forgetIds();
    return { still_idempotent_after: 100_000, appended_again_after: 125_000, result: await again() };
  });
  replayEach(172, tries);
  replayEach(176, held);
});

describe('after a restart', () => {
  const streams = ['34-restart-no-stream', '35-restart-exact', '36-restart-any', '37-restart-exists'];
  const { first, tries, held } = four(
    86,
    streams.map((name) => `account-c03-${name}`),
  );
  replayEach(181, first);
  replayEach(186, [
    async () => {
      await restart();
      return tries[0]();
    },
    tries[1],
    tries[2],
    tries[2],
    tries[3],
  ]);
  replayEach(191, held);
});

leftOut({
  'names of what follows': [135, 160, 180, 185],
  'who is too late in a race differs from run to run; 148 has the rule': [144, 145, 146, 147],
  'a test of the memory of ids': [171],
});
