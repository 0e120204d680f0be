import { createHash, randomUUID } from 'node:crypto';
import type { AppendResult, EventBody, EventLog, NewEvent, RecordedEvent } from '@tollgate/event-store';
import { startEventStoreServer } from '@tollgate/eventstore-test-server';
import { openEsdbEventLog } from './index';
import type { EsdbEventLog, EsdbEventLogOptions } from './index';
import { codec } from './store.fixture';

/** A real server where EVENTSTORE_URL names one, else the one for tests. */
export const startStore = async (): Promise<{ url: string; stop(): Promise<void> }> => {
  const url = process.env['EVENTSTORE_URL'];
  return url === undefined ? startEventStoreServer() : { url, stop: () => Promise.resolve() };
};

/** Of streams that nobody else has, however often tests run on one server. */
export const newPrefix = (): string => `t${randomUUID().replaceAll('-', '')}-`;

export const openLog = (
  url: string,
  options: Partial<EsdbEventLogOptions<EventBody>> = {},
): Promise<EsdbEventLog<EventBody>> =>
  openEsdbEventLog<EventBody>({ connectionString: () => url, streamPrefix: newPrefix(), codec, ...options });

/** As impatient as a test should be. */
export const quick = { callMs: 1_500, patienceMs: 5_000, silenceMs: 300 };

/** An id that a label stands for. */
const idOf = (label: string): string =>
  createHash('sha256')
    .update(label)
    .digest('hex')
    .replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');

export const payment = (label: string, amount = '1'): NewEvent<EventBody> => ({
  eventId: idOf(label),
  type: 'PaymentRecorded',
  data: { paymentId: label, amount },
  metadata: {},
});

export const paymentIds = (events: readonly NewEvent<EventBody>[]): string[] =>
  events.map(({ data }) => ('paymentId' in data ? String(data.paymentId) : 'none'));

/** To one stream. */
export const append = async (
  log: EventLog<EventBody>,
  [stream, expectedRevision]: [stream: string, expectedRevision: number],
  ...events: NewEvent<EventBody>[]
): Promise<AppendResult | undefined> => (await log.append([{ stream, expectedRevision, events }]))[0];

/** Everything the log has now, or an error where it cannot be read to its end. */
export const readAll = async (log: EventLog<EventBody>): Promise<RecordedEvent<EventBody>[]> => {
  const events: RecordedEvent<EventBody>[] = [];
  for await (const batch of log.subscribe({ prefixes: [''], signal: new AbortController().signal })) {
    events.push(...batch.events);
    if (batch.isCaughtUp) break;
  }
  return events;
};

export const waitFor = async (isSo: () => boolean): Promise<void> => {
  const end = performance.now() + 30_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${String(isSo)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
