import { createHash } from 'node:crypto';
import { SubscriptionDropped } from '../event-log';
import type {
  AppendResult,
  EventBatch,
  EventBody,
  EventLog,
  NewEvent,
  Position,
  RecordedEvent,
  StreamAppend,
  Subscription,
} from '../event-log';

export type LogUnderTest = {
  log: EventLog<EventBody>;
  /** Closes the log and opens it again as a new process would: only what was recorded is left. */
  reopen(): Promise<EventLog<EventBody>>;
  /** Closes what is still open and removes everything. */
  dispose(): Promise<void>;
};

export type CreateLog = () => Promise<LogUnderTest>;

/** Runs a rule on an empty log and leaves nothing behind. */
export const onLog =
  (createLog: CreateLog, rule: (log: EventLog<EventBody>, underTest: LogUnderTest) => Promise<void>) =>
  async (): Promise<void> => {
    const underTest = await createLog();
    try {
      await rule(underTest.log, underTest);
    } finally {
      await underTest.dispose();
    }
  };

const metadata = { source: { receivedAt: '2026-01-31T12:00:00.000Z', channel: { http: 'request-1' } }, offset: '7' };

const labels = new Map<string, string>();

/** The id that a label stands for, the same each time; `idsOf` tells the labels again. */
const idOf = (label: string): string => {
  const hex = createHash('sha256').update(label).digest('hex');
  const id = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(12, 15)}`,
    `8${hex.slice(15, 18)}`,
    hex.slice(18, 30),
  ].join('-');
  labels.set(id, label);
  return id;
};

export const payment = (label: string, data: object = { amount: '1' }): NewEvent<EventBody> => ({
  eventId: idOf(label),
  type: 'PaymentRecorded',
  data,
  metadata,
});

export const payments = (label: string, count: number): NewEvent<EventBody>[] =>
  Array.from({ length: count }, (_, index) => payment(`${label}-${String(index)}`));

export const to = (
  stream: string,
  expectedRevision: number,
  events: NewEvent<EventBody>[],
): StreamAppend<EventBody> => ({
  stream,
  expectedRevision,
  events,
});

/** Appends where nothing stands in the way and gives back what was recorded, as it is read at the positions that were answered. */
export const record = async (
  log: EventLog<EventBody>,
  ...appends: StreamAppend<EventBody>[]
): Promise<RecordedEvent<EventBody>[]> => eventsAt(log, await log.append(appends));

export const eventsAt = async (
  log: EventLog<EventBody>,
  results: readonly AppendResult[],
): Promise<RecordedEvent<EventBody>[]> => {
  const events = await Promise.all(results.flatMap(positionsOf).map((position) => log.read(position)));
  return events.map((event) => {
    if (event === undefined) throw new Error('there is no event at a position that was answered');
    return event;
  });
};

/** Throws where the events were not recorded. */
export const positionsOf = (result: AppendResult): readonly Position[] => {
  if (result.status !== 'recorded') throw new Error(`not recorded but ${JSON.stringify(result)}`);
  return result.positions;
};

/** All batches until `isEnough`, subscribing again after the last one whenever the subscription drops. */
export const follow = async (
  log: EventLog<EventBody>,
  subscription: Omit<Subscription, 'signal'>,
  isEnough: (batches: EventBatch<EventBody>[]) => boolean,
): Promise<EventBatch<EventBody>[]> => {
  const stop = new AbortController();
  const batches: EventBatch<EventBody>[] = [];
  while (!stop.signal.aborted) {
    const after = batches.at(-1)?.position ?? subscription.after;
    try {
      for await (const batch of log.subscribe({ ...subscription, after, signal: stop.signal })) {
        batches.push(batch);
        if (isEnough(batches)) stop.abort();
      }
    } catch (error) {
      if (!(error instanceof SubscriptionDropped)) throw error;
    }
  }
  return batches;
};

/** What a subscriber has been given once it is told that nothing more is there. */
export const catchUp = (log: EventLog<EventBody>, subscription: Omit<Subscription, 'signal'>) =>
  follow(log, subscription, (batches) => batches.at(-1)?.isCaughtUp === true);

export const eventsOf = (batches: readonly EventBatch<EventBody>[]): RecordedEvent<EventBody>[] =>
  batches.flatMap(({ events }) => events);

/** Which of several streams of one call comes first is not said. */
export const inLogOrder = (events: readonly RecordedEvent<EventBody>[]): RecordedEvent<EventBody>[] =>
  [...events].sort((one, other) => (one.position < other.position ? -1 : 1));

export const idsOf = (events: readonly ({ eventId: string } | undefined)[]): (string | undefined)[] =>
  events.map((event) => event && labels.get(event.eventId));

export const isRising = (positions: readonly bigint[]): boolean =>
  positions.every((position, index) => index === 0 || position > (positions[index - 1] ?? position));
