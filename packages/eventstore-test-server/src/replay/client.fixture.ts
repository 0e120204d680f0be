import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  binaryEvent,
  EventStoreDBClient,
  jsonEvent,
  type AllStreamSubscription,
  type AppendExpectedRevision,
  type AppendToStreamOptions,
  type EventData,
  type JSONEventData,
  type ResolvedEvent,
  type StreamSubscription,
} from '@eventstore/db-client';
import { startEventStoreServer, type EventStoreServer } from '../index';

/** Credentials given with a call make the client append on the plain path; a server without users ignores them. */
export const plain = { credentials: { username: 'any', password: 'any' } };

type Started = {
  server: () => EventStoreServer;
  client: () => EventStoreDBClient;
  /** On the same port and data; gives back when the client is connected again. */
  restart: () => Promise<void>;
};

/** A server and a client of its own for the tests of a file. */
export const startForTests = (): Started => {
  const folder = mkdtempSync(join(tmpdir(), 'eventstore-'));
  let server: EventStoreServer | undefined;
  let client: EventStoreDBClient | undefined;
  const started = <T>(thing: T | undefined): T => {
    if (!thing) throw new Error('Not started yet.');
    return thing;
  };
  beforeAll(async () => {
    server = await startEventStoreServer({ folder });
    client = EventStoreDBClient.connectionString(server.url);
  });
  afterAll(async () => {
    await client?.dispose();
    await server?.stop();
    rmSync(folder, { recursive: true });
  });
  return {
    server: () => started(server),
    client: () => started(client),
    restart: async () => {
      const { port, stop } = started(server);
      await stop();
      server = await startEventStoreServer({ folder, port });
      await settled(() => isConnected(started(client)));
    },
  };
};

const isConnected = (client: EventStoreDBClient): Promise<boolean> =>
  collect(client.readAll({ maxCount: 1 })).then(
    () => true,
    () => false,
  );

let made = 0;
export const newId = (): string => `00000000-0000-4000-8000-${String((made += 1)).padStart(12, '0')}`;

type Fields = { id?: string; type?: string; data?: unknown; metadata?: unknown };
export const json = ({
  id = newId(),
  type = 'tollgate-posted',
  data = { note: 'x' },
  metadata,
}: Fields = {}): EventData =>
  jsonEvent({ id, type, data, ...(metadata !== undefined && { metadata }) } as JSONEventData & { id: string });

export const binary = (data: Uint8Array, fields: Omit<Fields, 'data'> = {}): EventData =>
  binaryEvent({ id: newId(), type: 'tollgate-posted', data, ...fields });

export const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

export const append =
  (client: () => EventStoreDBClient, options: AppendToStreamOptions = {}) =>
  (stream: string, events: EventData[], expectedRevision: AppendExpectedRevision | number = 'any') =>
    client().appendToStream(stream, events, {
      expectedRevision: expectedRevision as AppendExpectedRevision,
      ...options,
    });

export const collect = async (read: AsyncIterable<ResolvedEvent>): Promise<ResolvedEvent[]> => {
  const events: ResolvedEvent[] = [];
  for await (const event of read) events.push(event);
  return events;
};

export const revisions = async (read: AsyncIterable<ResolvedEvent>): Promise<(bigint | undefined)[]> =>
  (await collect(read)).map(({ event }) => event?.revision);

export const short = ({ event }: ResolvedEvent) => ({
  stream: event?.streamId,
  revision: event?.revision,
  type: event?.type,
  position: { 'commit=prepare': event?.position?.commit },
});

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Emitted = { event: string; [fact: string]: unknown };
type Watched = { log: Emitted[]; events: ResolvedEvent[]; has: (event: string) => boolean };

/** What a subscription emits, in order. */
export const watch = (subscription: StreamSubscription | AllStreamSubscription): Watched => {
  const log: Emitted[] = [];
  const events: ResolvedEvent[] = [];
  subscription.on('data', (event) => events.push(event));
  subscription.on('confirmation', () => {
    log.push({
      event: 'confirmation',
      'subscription.id': uuid.test(`${subscription.id}`) ? '(a uuid string)' : 'none',
    });
  });
  subscription.on('caughtUp', () => log.push({ event: 'caughtUp', events_so_far: events.length }));
  subscription.on('error', (error) => log.push({ event: 'error', error, events_so_far: events.length }));
  for (const event of ['end', 'close'] as const) subscription.on(event, () => log.push({ event }));
  return { log, events, has: (event) => log.some((each) => each.event === event) };
};

const patienceMs = 15_000;

/** Waits until something is so, and a little longer, in which nothing more should happen. */
export const settled = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const since = Date.now();
  while (!(await isSo())) {
    if (Date.now() - since > patienceMs) throw new Error(`It was not so in ${patienceMs} ms.`);
    await delay(5);
  }
  await delay(50);
};
