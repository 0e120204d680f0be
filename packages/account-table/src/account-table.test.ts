import { cutoffOf } from '@tollgate/balance';
import { accountStream, cutoffStream, rejectedStream } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { LogDamaged, foldBytes } from '@tollgate/event-store';
import type { RecordedEvent } from '@tollgate/event-store';
import { addBatch, eventKey, openAccountTable } from './index';
import type { AccountTable } from './index';
import { createTestLog, log } from './log.fixture';
import type { TestLog } from './log.fixture';
import { dueDecisions, entered, opened, paid, rejected, reversed, ruled, used } from './story.fixture';

const start = async (last = 0): Promise<{ table: AccountTable; history: TestLog }> => {
  const table = openAccountTable({ slotsPerPage: 4 });
  await table.start({ ...log, last });
  return { table, history: createTestLog(table) };
};

const acme = accountStream('acme');
const prepaid = { balances: ['inbound'] } as const;

describe('what intake asks', () => {
  test('is absent of an account that is not open', async () => {
    const { table } = await start();
    expect(table.facts('acme')).toBeUndefined();
    expect(table.partner('acme')).toBeUndefined();
    expect(table.revisionOf(acme)).toBe(-1);
    expect(table.head(acme)).toBeUndefined();
  });

  test('is the rule in force, the event that set it, and the last revision', async () => {
    const { table, history } = await start();
    history.record(opened('acme'), paid('acme', '5'), ruled('acme', prepaid), used('acme', '1'));
    expect(table.facts('acme')).toEqual({
      revision: 3,
      currency: 'EUR',
      cutoff: cutoffOf(prepaid),
      cutoffRevision: 2,
    });
  });

  test('does not show a group in the making, nor one that was refused', async () => {
    const { table, history } = await start();
    history.refuse(opened('acme', undefined, 'Acme'), paid('acme', '5'), rejected(1, '7'));
    expect(table.facts('acme')).toBeUndefined();
    history.record(opened('other'));
    history.record(opened('acme'), rejected(2, '8'));
    expect(table.facts('other')?.revision).toBe(0);
    expect(table.facts('acme')?.revision).toBe(0);
    expect(table.revisionOf(rejectedStream('usage', 1))).toBe(-1);
    expect(table.revisionOf(rejectedStream('usage', 2))).toBe(0);
  });

  test.each<[string, ReturnType<typeof paid>]>([
    ['a payment', paid('acme', '5')],
    ['usage', used('acme', '5')],
    ['an adjustment', entered('acme', { kind: 'adjustment', direction: 'inbound', amount: '-1', id: 'a1' })],
    ['a reversal', reversed('acme', { kind: 'usage', direction: 'inbound', amount: '1', id: 'u0' })],
    ['a refused message', rejected(1, '7')],
  ])('names the place of %s under its key, and of nothing before it is recorded', async (_name, given) => {
    const { table, history } = await start();
    history.record(opened('acme'));
    const key = eventKey(given.event);
    if (key === undefined) throw new Error('it has a key');
    expect(table.placesOf(key)).toEqual([]);
    history.refuse(given);
    expect(table.placesOf(key)).toEqual([]);
    history.record(given);
    expect(table.placesOf(key)).toEqual([2]);
    expect(table.placesOf({ ...key, owner: 'other' })).toEqual([]);
  });

  test('names the reversal of an entry under the entry', async () => {
    const { table, history } = await start();
    history.record(opened('acme'), used('acme', '1'));
    const key = { kind: 'reversed-usage', owner: 'acme', id: 'u1' } as const;
    expect(table.placesOf(key)).toEqual([]);
    history.record(reversed('acme', { kind: 'usage', direction: 'inbound', amount: '1', id: 'u1' }));
    expect(table.placesOf(key)).toEqual([3]);
  });
});

describe('decisions', () => {
  test('wait until the log holds them, and show nowhere before', async () => {
    const { table, history } = await start();
    history.record(opened('acme', { balances: ['inbound', 'outbound'] }));
    expect(table.pending()).toMatchObject([
      { type: 'TrafficBlocked', data: { direction: 'inbound', sequence: 1 }, causePlace: 1 },
      { type: 'TrafficBlocked', data: { direction: 'outbound', sequence: 2 }, causePlace: 1 },
    ]);
    expect(table.partner('acme')?.traffic).toEqual({ inbound: { state: 'open' }, outbound: { state: 'open' } });
    expect(table.blocked({ limit: 10 }).items).toEqual([]);
    history.record(...dueDecisions(table, 1));
    expect(table.pending()).toHaveLength(1);
    expect(table.head(cutoffStream('acme'))).toEqual({ revision: 0, place: 2 });
    expect(table.blocked({ limit: 10 })).toEqual({
      items: [
        {
          accountId: 'acme',
          direction: 'inbound',
          since: '2026-01-31T12:00:00.001Z',
          sequence: 1,
          exhausted: ['inbound'],
          acknowledgements: [],
          pending: [],
        },
      ],
      next: null,
    });
  });

  test('that traffic opened again show what was decided last', async () => {
    const { table, history } = await start();
    history.record(opened('acme', prepaid));
    history.record(...dueDecisions(table));
    history.record(paid('acme', '5'));
    history.record(...dueDecisions(table));
    expect(table.partner('acme')?.traffic.inbound).toEqual({
      state: 'open',
      since: '2026-01-31T12:00:00.002Z',
      sequence: 2,
      exhausted: [],
    });
    expect(table.blocked({ limit: 10 }).items).toEqual([]);
  });

  test.each<[string, (due: RecordedEvent<LogEvent>['data']) => object]>([
    ['another sequence', (due) => ({ ...due, sequence: 2 })],
    ['another direction', (due) => ({ ...due, direction: 'outbound' })],
    ['another cause', (due) => ({ ...due, cause: { type: 'AccountOpened', eventId: 'e', stream: acme, revision: 1 } })],
    ['a time written otherwise', (due) => ({ ...due, decidedAt: '2026-01-31T12:00:00Z' })],
  ])('in the log with %s than the fold decided are a log that contradicts itself', async (_name, change) => {
    const { table, history } = await start();
    history.record(opened('acme', prepaid));
    const [due] = dueDecisions(table);
    if (due === undefined) throw new Error('a decision is due');
    expect(() => {
      history.record({ ...due, event: { ...due.event, data: change(due.event.data) } as LogEvent });
    }).toThrow(LogDamaged);
  });

  test('in the log where the fold decided nothing are a log that contradicts itself', async () => {
    const { table, history } = await start();
    history.record(opened('acme', prepaid));
    const [due] = dueDecisions(table);
    if (due === undefined) throw new Error('a decision is due');
    history.record(due);
    expect(() => {
      history.record({ ...due, event: { ...due.event, data: { ...due.event.data, sequence: 2 } } as LogEvent });
    }).toThrow(/2 of acme: TrafficBlocked inbound, caused by revision 0, and the fold decided nothing/);
  });
});

describe('a log that contradicts itself', () => {
  const group = (events: readonly RecordedEvent<LogEvent>[], bytes: DataView) => ({
    count: events.length,
    place: (index: number) => Number(events[index]?.position),
    revision: (index: number) => events[index]?.revision ?? -1,
    bytes,
    foldOffset: (index: number) => index * foldBytes,
    event: (index: number) => {
      const event = events[index];
      if (event === undefined) throw new Error('no such event');
      return event;
    },
  });
  const place = { stream: acme, eventId: 'e', position: 3n, recordedAt: '2026-01-31T12:00:00.000Z' };
  const payment = paid('acme', '5').event;

  test.each([0, 1, 3])('with revision %d where 2 is due is refused', async (revision) => {
    const { table, history } = await start();
    history.record(opened('acme'), used('acme', '1'));
    const bytes = new DataView(new ArrayBuffer(foldBytes));
    table.describe({ ...payment, eventId: 'e' }, { stream: acme, revision }, { bytes, offset: 0 });
    expect(() => {
      table.add(group([{ ...payment, ...place, revision }], bytes));
    }).toThrow(
      `the event at position 3, PaymentRecorded in account-acme, has revision ${String(revision)} where 2 is due`,
    );
  });

  test('with an entry of an account that is not open is refused before it is written, and where it is read', async () => {
    const { table } = await start();
    const bytes = new DataView(new ArrayBuffer(foldBytes));
    expect(() => {
      table.describe({ ...payment, eventId: 'e' }, { stream: acme, revision: 0 }, { bytes, offset: 0 });
    }).toThrow('PaymentRecorded comes before AccountOpened in account-acme');
    bytes.setUint8(0, 3);
    expect(() => {
      table.add(group([{ ...payment, ...place, revision: 0 }], bytes));
    }).toThrow(LogDamaged);
  });

  test.each([
    [200, 1],
    [3, 99],
  ])('with a header of type %d in version %d is refused by name', async (type, version) => {
    const { table, history } = await start();
    history.record(opened('acme'));
    const bytes = new DataView(new ArrayBuffer(foldBytes));
    bytes.setUint8(0, type);
    bytes.setUint8(1, version);
    expect(() => {
      table.add(group([{ ...payment, ...place, revision: 1 }], bytes));
    }).toThrow(/PaymentRecorded in account-acme.*not known/);
  });

  test('with an event in a stream where it does not belong is refused', async () => {
    const { table, history } = await start();
    history.record(opened('acme'));
    const bytes = new DataView(new ArrayBuffer(foldBytes));
    expect(() => {
      table.describe({ ...payment, eventId: 'e' }, { stream: cutoffStream('acme'), revision: 1 }, { bytes, offset: 0 });
    }).toThrow('PaymentRecorded does not belong in cutoff-acme');
  });
});

describe('events of a stream', () => {
  test('are found from the nearest one that is known at or after a revision', async () => {
    const { table, history } = await start();
    history.record(opened('acme'), ...Array.from({ length: 200 }, (_, at) => used('acme', '1', `u${String(at)}`)));
    expect(table.near(acme, 0)).toEqual({ revision: 63, place: 64 });
    expect(table.near(acme, 63)).toEqual({ revision: 63, place: 64 });
    expect(table.near(acme, 64)).toEqual({ revision: 127, place: 128 });
    expect(table.near(acme, 192)).toEqual({ revision: 200, place: 201 });
    expect(table.near(acme, 200)).toEqual({ revision: 200, place: 201 });
    expect(table.near(acme, 201)).toBeUndefined();
  });

  test('of refused messages are found too', async () => {
    const { table, history } = await start();
    history.record(...Array.from({ length: 70 }, (_, at) => rejected(1, String(at))));
    const stream = rejectedStream('usage', 1);
    expect(table.near(stream, 5)).toEqual({ revision: 63, place: 64 });
    expect(table.head(stream)).toEqual({ revision: 69, place: 70 });
  });
});

describe('lists', () => {
  test('come in key order, page by page, an account whose id begins like another included', async () => {
    const { table, history } = await start();
    history.record(...['b', 'a', 'a.b', 'B', 'a-b', 'a0'].map((accountId) => opened(accountId, prepaid)));
    history.record(...dueDecisions(table));
    const first = table.partners({ limit: 4 });
    expect(first.items.map(({ account }) => account.accountId)).toEqual(['B', 'a', 'a-b', 'a.b']);
    expect(first.next).toBe('a.b');
    const rest = table.partners({ limit: 4, after: 'a.b' });
    expect(rest.items.map(({ account }) => account.accountId)).toEqual(['a0', 'b']);
    expect(rest.next).toBeNull();
    const blocked = table.blocked({ limit: 10 }).items.map(({ accountId }) => accountId);
    expect(blocked).toEqual(['B', 'a-b', 'a.b', 'a', 'a0', 'b']);
  });
});

describe('who waits', () => {
  test('for a place hears when it is folded, or that it was not in time', async () => {
    const { table, history } = await start();
    const reached = table.reached(2, 5_000);
    history.record(opened('acme'), paid('acme', '1'));
    expect(await reached).toBe(true);
    expect(await table.reached(3, 1)).toBe(false);
  });

  test('for what a place decides hears only once the log holds the decisions', async () => {
    const { table, history } = await start();
    history.record(opened('acme', prepaid));
    expect(await table.settled(1, 1)).toBe(false);
    const settled = table.settled(1, 5_000);
    history.record(...dueDecisions(table));
    expect(await settled).toBe(true);
  });

  test('for news is told after each group', async () => {
    const { table, history } = await start();
    const places: number[] = [];
    table.onAdded(() => places.push(table.place()));
    history.record(opened('acme'), paid('acme', '1'));
    history.record(used('acme', '1'));
    expect(places).toEqual([2, 3]);
  });
});

test('a log that is followed is folded once, however batches overlap', async () => {
  const { table, history } = await start();
  history.record(opened('acme', prepaid), paid('acme', '5'));
  history.record(...dueDecisions(table));
  history.record(used('acme', '1'), rejected(1, '7'));
  const followed = openAccountTable();
  await followed.start({ ...log, last: history.last() });
  const events = history.events();
  await addBatch(followed, [], history.read);
  await addBatch(followed, events.slice(0, 3), history.read);
  await addBatch(followed, events.slice(0, 4), history.read);
  await addBatch(followed, events.slice(2), history.read);
  expect(followed.partner('acme')).toEqual(table.partner('acme'));
  expect(followed.place()).toBe(history.last());
  expect(followed.pending()).toEqual([]);
});
