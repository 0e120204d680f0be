import { topicsOf } from '@tollgate/contracts';
import type { LogEvent } from '@tollgate/contracts';
import { createMemoryEventLog } from '@tollgate/event-store/memory';
import type { Intent, Item, Outcome } from './intent';
import { createMessageHandler } from './kafka-intake';
import type { Ledger } from './ledger';
import { itemsOf, ledgerOn } from './ledger.fixture';

const topics = topicsOf('tollgate.');
const message = (offset: string, value: string | null) => ({
  topic: topics.payments,
  partition: 3,
  offset,
  key: null,
  value: value === null ? null : Buffer.from(value),
});
const payment = '{"paymentId":"p1","accountId":"acme","direction":"inbound","amount":"5","currency":"EUR"}';

/** A ledger that answers when it is told to. */
const slowLedger = (answer: (intents: readonly Intent[]) => Outcome[]) => {
  const submitted: (readonly Intent[])[] = [];
  const metadata: Item['metadata'][] = [];
  const release: (() => void)[] = [];
  const submit: Ledger['submit'] = (items) => {
    const intents = items.map(({ intent }) => intent);
    submitted.push(intents);
    metadata.push(...items.map((item) => item.metadata));
    return new Promise((resolve) => {
      release.push(() => {
        resolve(answer(intents));
      });
    });
  };
  const ledger = { submit } as Ledger;
  return { handler: createMessageHandler({ ledger, topics, clock: () => new Date(0) }), submitted, metadata, release };
};

const recorded: Outcome = { status: 'recorded', isDuplicate: false, revision: 1, position: 1n };
/** Some turns of the event loop: parsing takes its turn among others. */
const turn = async (): Promise<void> => {
  for (let count = 0; count < 5; count += 1) await new Promise(setImmediate);
};

describe('handling messages of a partition', () => {
  test('says of each message where it came from: one source for all of them, and each its offset', async () => {
    const { handler, metadata, release } = slowLedger((intents) => intents.map(() => recorded));
    const handled = handler([message('7', payment), message('8', payment)]);
    await turn();
    expect(metadata).toEqual(
      ['7', '8'].map((offset) => ({
        source: {
          receivedAt: '1970-01-01T00:00:00.000Z',
          channel: { kafka: { topic: topics.payments, partition: 3 } },
        },
        offset,
      })),
    );
    expect(metadata[0]?.source).toBe(metadata[1]?.source);
    release[0]?.();
    await turn();
    release[1]?.();
    await handled;
  });

  test('resolves, so that offsets may be committed, only once records and refusals are durable', async () => {
    const { handler, submitted, release } = slowLedger((intents) => intents.map(() => recorded));
    let isDone = false;
    const handled = handler([message('7', payment), message('8', '{')]).then(() => (isDone = true));
    await turn();
    expect(submitted.map((intents) => intents.map(({ type }) => type))).toEqual([['RecordPayment']]);
    release[0]?.();
    await turn();
    expect(submitted[1]?.map(({ type }) => type)).toEqual(['RejectMessage']);
    await turn();
    expect(isDone).toBe(false);
    release[1]?.();
    await handled;
    expect(isDone).toBe(true);
  });

  test('parses many messages piece by piece, and keeps them in order, also behind those that were handed over before', async () => {
    const order: string[] = [];
    const submit: Ledger['submit'] = (items) => {
      order.push(...items.map(({ metadata: { offset = '' } }) => offset));
      return Promise.resolve(items.map(() => recorded));
    };
    const handle = createMessageHandler({ ledger: { submit } as Ledger, topics, clock: () => new Date(0) });
    const chunk = (from: number) => Array.from({ length: 1_200 }, (_, index) => message(String(from + index), payment));
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    count();
    await Promise.all([handle(chunk(0)), handle(chunk(1_200)), handle(chunk(2_400))]);
    isDone = true;
    expect(order).toEqual(Array.from({ length: 3_600 }, (_, index) => String(index)));
    expect(turns).toBeGreaterThanOrEqual(6);
  });

  test('parses no more than the ledger needs to go on: of twenty thousand, which all used to lie about as objects, three pieces', async () => {
    const { handler, submitted, release } = slowLedger((intents) => intents.map(() => recorded));
    const usages = Array.from({ length: 20_000 }, (_, index) => message(String(index), payment));
    const handled = handler(usages);
    for (let round = 0; round < 20; round += 1) await turn();
    expect(submitted.map(({ length }) => length)).toEqual(new Array(3).fill(1_000));
    // Of each piece what was read, and then what was refused of it: nothing.
    for (let submission = 0; submission < 40; submission += 1) {
      release[submission]?.();
      await turn();
    }
    await handled;
    expect(submitted.filter(({ length }) => length > 0)).toHaveLength(20);
  });

  test('pieces that the log did not take leave their places to those that wait, and to those that come again', async () => {
    let isDown = true;
    const submitted: number[] = [];
    const submit: Ledger['submit'] = (items) => {
      if (isDown) return Promise.reject(new Error('the log is away'));
      submitted.push(items.length);
      return Promise.resolve(items.map(() => recorded));
    };
    const handle = createMessageHandler({ ledger: { submit } as Ledger, topics, clock: () => new Date(0) });
    const many = Array.from({ length: 5_000 }, (_, index) => message(String(index), payment));
    for (let attempt = 0; attempt < 5; attempt += 1) await expect(handle(many)).rejects.toThrow('the log is away');
    isDown = false;
    for (let attempt = 0; attempt < 3; attempt += 1) await handle(many);
    expect(submitted.filter((count) => count > 0)).toEqual(new Array(15).fill(1_000));
  });

  test('behind a piece that the log did not take, those that wait used to be recorded before it; they come again with it', async () => {
    const submitted: (string | undefined)[] = [];
    const submit: Ledger['submit'] = (items) => {
      submitted.push(items[0]?.metadata.offset);
      return submitted.length === 1
        ? Promise.reject(new Error('the log is away'))
        : Promise.resolve(items.map(() => recorded));
    };
    const handle = createMessageHandler({ ledger: { submit } as Ledger, topics, clock: () => new Date(0) });
    const many = Array.from({ length: 5_000 }, (_, index) => message(String(index), payment));
    await expect(handle(many)).rejects.toThrow('the log is away');
    expect(submitted).toEqual(['0']);
    await handle(many);
    expect(submitted.filter((offset) => offset !== undefined)).toEqual([
      '0',
      ...Array.from({ length: 5 }, (_, piece) => String(1_000 * piece)),
    ]);
  });

  test('usage is taken unread from its own topic, and from no other', async () => {
    const usage = '{"usageId":"u1","accountId":"acme","direction":"inbound","amount":"5","currency":"EUR"}';
    const { handler, submitted, release } = slowLedger((intents) => intents.map(() => recorded));
    const handled = handler([{ ...message('7', usage), topic: topics.usage }, message('8', usage)]);
    await turn();
    expect(submitted[0]).toMatchObject([{ type: 'ChargeUsage', unread: { text: usage.slice(1, -1) } }]);
    release[0]?.();
    await turn();
    expect(submitted[1]).toMatchObject([{ data: { code: 'INVALID_REQUEST', source: { offset: '8' } } }]);
    release[1]?.();
    await handled;
  });

  test('usage with a name that is not ASCII is read as UTF-8, and refused where it is none; text is looked at as Latin-1 before', async () => {
    const usageTo = (callee: Buffer): Buffer =>
      Buffer.concat([
        Buffer.from(
          '{"usageId":"u1","accountId":"acme","direction":"inbound","amount":"5","currency":"EUR","callee":"',
        ),
        ...[callee, Buffer.from('"}')],
      ]);
    const { handler, submitted, release } = slowLedger((intents) => intents.map(() => recorded));
    const values = [usageTo(Buffer.from('Zürich')), usageTo(Buffer.from('Zürich', 'latin1'))];
    const handled = handler(values.map((value, at) => ({ ...message(String(at), ''), topic: topics.usage, value })));
    await turn();
    expect(submitted[0]).toMatchObject([{ type: 'ChargeUsage', data: { callee: 'Zürich' } }]);
    release[0]?.();
    await turn();
    expect(submitted[1]).toMatchObject([{ data: { code: 'INVALID_REQUEST', source: { offset: '1' } } }]);
    release[1]?.();
    await handled;
  });

  test('refuses a message without a value', async () => {
    const { handler, submitted, release } = slowLedger((intents) => intents.map(() => recorded));
    const handled = handler([message('7', null)]);
    await turn();
    release[0]?.();
    await turn();
    expect(submitted[1]).toMatchObject([{ data: { code: 'INVALID_REQUEST', detail: 'the message has no value' } }]);
    release[1]?.();
    await handled;
  });

  test('refuses what is longer than any record without reading it', async () => {
    const { handler, submitted, release } = slowLedger((intents) => intents.map(() => recorded));
    const handled = handler([message('7', `${payment}${' '.repeat(1 << 20)}`)]);
    await turn();
    release[0]?.();
    await turn();
    expect(submitted[1]).toMatchObject([
      { data: { code: 'INVALID_REQUEST', detail: 'the message is longer than 1048576 bytes', truncated: true } },
    ]);
    release[1]?.();
    await handled;
  });

  test('keeps what the ledger refused, with its reason, its place and its bytes', async () => {
    const rejection = { code: 'ACCOUNT_NOT_FOUND', detail: 'account acme is not open' } as const;
    const { handler, submitted, release } = slowLedger((intents) =>
      intents.map(() => ({ status: 'rejected', rejection })),
    );
    const handled = handler([message('7', payment)]);
    await turn();
    release[0]?.();
    await turn();
    release[1]?.();
    await handled;
    expect(submitted[1]).toEqual([
      {
        type: 'RejectMessage',
        data: {
          ...rejection,
          receivedAt: '1970-01-01T00:00:00.000Z',
          source: { topic: topics.payments, partition: 3, offset: '7' },
          payload: payment,
        },
      },
    ]);
  });
});

test('a name said twice, of which the last value used to count, is rejected by its name, unless just that is recorded', async () => {
  const log = createMemoryEventLog<LogEvent>();
  const ledger = ledgerOn(log);
  await ledger.submit(itemsOf([{ type: 'OpenAccount', data: { accountId: 'acme', currency: 'EUR' } }]));
  const handle = createMessageHandler({ ledger, topics, clock: () => new Date(0) });
  await handle([message('0', payment)]);
  const withFirst = (fields: string): string => payment.replace('{', `{${fields},`);
  await handle([
    message('1', withFirst('"amount":"1"')),
    message('2', withFirst('"amount":"1"').replace('p1', 'p2')),
    message('3', withFirst('"amount":"1"').replace('"5"', '"6"')),
  ]);
  const events = log
    .events()
    .map(({ type, data }) => [type, 'detail' in data ? data.detail : '', 'source' in data ? data.source.offset : '']);
  const detail = 'amount: said more than once in one object; say it once';
  expect(events).toEqual([
    ['AccountOpened', '', ''],
    ['PaymentRecorded', '', ''],
    ['MessageRejected', detail, '2'],
    ['MessageRejected', detail, '3'],
  ]);
  await ledger.close();
});
