import {
  BACKWARDS,
  END,
  FORWARDS,
  START,
  streamNameFilter,
  type Position,
  type ResolvedEvent,
} from '@eventstore/db-client';
import { append, collect, json, many, settled, short, startForTests } from './client.fixture';
import { openRecording } from './recording.fixture';

const { replay, leftOut } = openRecording('read-all');
const { client } = startForTests();
const write = append(client);
const typed = (...types: string[]) => types.map((type) => json({ type }));

/** What earlier scenarios had left in the log, as far as it is read here. */
beforeAll(async () => {
  await write(
    'account-a01',
    typed('account-opened', 'amount-posted', 'amount-posted', ...many(4, () => 'tollgate-posted')),
  );
  await write('file-a01', typed(...many(4, () => 'file-seen')));
  await write('account-b02-false-plain', typed(...many(5, () => 'tollgate-posted')));
});

const appended: ResolvedEvent[] = [];
/** The position of the second, the fourth of the events appended here, moved. */
const at = (index: number, commit = 0n, prepare = commit): Position => {
  const position = appended[index]?.event?.position ?? { commit: 0n, prepare: 0n };
  return { commit: position.commit + commit, prepare: position.prepare + prepare };
};
const read = async (options: object) => {
  const events = await collect(client().readAll(options));
  return { count: events.length, events: events.map(short) };
};

describe('where a read starts', () => {
  replay(0, async () => [
    await write('account-f06', typed('t1'), 'no_stream'),
    await write('cutoff-f06', typed('t2', 't3', 't4'), 'no_stream'),
    await write('noise-f06', typed('t5'), 'no_stream'),
    await write('file-f06', typed('t6', 't7'), 'no_stream'),
  ]);
  replay(1, async () => {
    appended.push(...(await collect(client().readAll())).slice(-7));
    return appended.map(short);
  });
  replay(2, () => read({ maxCount: 12 }));
  replay(3, () => read({ fromPosition: at(1), maxCount: 2 }));
  replay(4, () => read({ fromPosition: at(1), maxCount: 2, direction: BACKWARDS }));
  replay(5, () => read({ fromPosition: at(6) }));
  replay(6, () => read({ fromPosition: END }));
  replay(7, () => read({ fromPosition: END, maxCount: 2, direction: BACKWARDS }));
  replay(8, () => read({ fromPosition: START, direction: BACKWARDS }));
  replay(9, () => {
    const neverEnds = new Promise((_, reject) => void collect(client().readAll({ maxCount: 0 })).then(reject, reject));
    const gaveUp = new Promise((resolve) => setTimeout(resolve, 300));
    const said = 'neither settled nor failed within 20000 ms (the recorder stopped waiting)';
    return Promise.race([neverEnds, gaveUp.then(() => said)]);
  });
  replay(10, async () => {
    const { position } = await write('account-f06', typed('u1', 'u2'));
    const { events } = await read({ fromPosition: position });
    return { appended: position, events };
  });
});

describe('positions that are no event’s', () => {
  const odd: [number, () => Position][] = [
    [11, () => at(3, 1n)],
    [13, () => at(3, -1n)],
    [15, () => at(3, 0n, 1n)],
    [17, () => at(3, 0n, -1n)],
    [19, () => at(3, 1n, 0n)],
    ...[0n, 1n, 10n ** 15n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n, -1n].map(
      (place, index): [number, () => Position] => [21 + 2 * index, () => ({ commit: place, prepare: place })],
    ),
  ];
  for (const [index, fromPosition] of odd) {
    replay(index, () => read({ fromPosition: fromPosition(), direction: FORWARDS, maxCount: 2 }));
    if (index !== 17)
      replay(index + 1, () => read({ fromPosition: fromPosition(), direction: BACKWARDS, maxCount: 2 }));
  }
  replay(35, async () => (await collect(client().readAll({ maxCount: 1 }))).length);
});

describe('the whole log', () => {
  replay(36, () => read({ filter: streamNameFilter({ prefixes: ['cutoff-'] }), fromPosition: at(0), maxCount: 4 }));
  replay(37, async () => {
    const before = (await collect(client().readAll())).length;
    await write(
      'noise-f06',
      many(300 - before, () => json()),
    );
    const events = (await collect(client().readAll())).map(({ event }) => event);
    const commits = events.map((event) => event?.position?.commit ?? 0n);
    return {
      events: events.length,
      commit_positions_strictly_increase: commits.every(
        (commit, index) => index === 0 || commit > (commits[index - 1] ?? 0n),
      ),
      events_whose_commit_equals_prepare: events.filter((event) => event?.position?.commit === event?.position?.prepare)
        .length,
      others: [],
      dollar_streams: Object.fromEntries(
        events
          .filter((event) => event?.streamId.startsWith('$'))
          .map((event) => [`${event?.streamId} : ${event?.type}`, 1]),
      ),
    };
  });
  replay(38, async () => {
    const forwards = (await collect(client().readAll())).map(short);
    const backwards = (await collect(client().readAll({ direction: BACKWARDS, fromPosition: END }))).map(short);
    expect(backwards).toEqual(forwards.toReversed());
    return { forwards: forwards.length, backwards: backwards.length, reverse: true };
  });
  replay(39, async () => {
    const seen: (string | undefined)[] = [];
    for (let fromPosition: Position | typeof START = START; ;) {
      const page = await collect(client().readAll({ fromPosition, maxCount: 50 }));
      const ids = page.map(({ event }) => event?.id);
      seen.push(...(fromPosition === START ? ids : ids.slice(1)));
      const last: Position | undefined = page.at(-1)?.event?.position;
      if (page.length < 50 || !last) break;
      fromPosition = last;
    }
    return { seen_up_to_3000: seen.length, duplicates: seen.length - new Set(seen).size };
  });
});

describe('a read that is left', () => {
  replay(40, async () => {
    let taken = 0;
    for await (const { event } of client().readAll()) {
      if (event) taken += 1;
      if (taken === 3) break;
    }
    return { taken, then_a_read_works: (await collect(client().readAll({ maxCount: 1 }))).length };
  });
  const leave = async (how: 'cancel' | 'destroy') => {
    const log: string[] = [];
    const reading = client().readAll();
    let count = 0;
    reading.on('data', () => {
      count += 1;
      if (count === 2) void reading[how]();
    });
    for (const event of ['end', 'close', 'error'] as const) reading.on(event, () => log.push(event));
    await settled(() => log.includes('close'));
    return { log, count };
  };
  replay(41, async () => ({ log: (await leave('cancel')).log }));
  replay(42, async () => ({ log: (await leave('destroy')).log, data_events_at_least: 2 }));
});

leftOut({ 'backwards from a prepare position below the commit position a real server skips an event': [18] });
