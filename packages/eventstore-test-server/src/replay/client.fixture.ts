import {
  binaryEvent,
  EventStoreDBClient,
  jsonEvent,
  type AppendExpectedRevision,
  type AppendToStreamOptions,
  type EventData,
  type ResolvedEvent,
} from '@eventstore/db-client';
import { startEventStoreServer, type EventStoreServer } from '../index';

/** Credentials given with a call make the client append on the plain path; a server without users ignores them. */
export const plain = { credentials: { username: 'any', password: 'any' } };

/** A server and a client of its own for the tests of a file. */
export const startForTests = (parameters = ''): { server: () => EventStoreServer; client: () => EventStoreDBClient } => {
  let server: EventStoreServer | undefined;
  let client: EventStoreDBClient | undefined;
  beforeAll(async () => {
    server = await startEventStoreServer();
    client = EventStoreDBClient.connectionString(`${server.url}${parameters}`);
  });
  afterAll(async () => {
    await client?.dispose();
    await server?.stop();
  });
  const started = <T>(thing: T | undefined): T => {
    if (!thing) throw new Error('Not started yet.');
    return thing;
  };
  return { server: () => started(server), client: () => started(client) };
};

let made = 0;
export const newId = (): string => `00000000-0000-4000-8000-${String((made += 1)).padStart(12, '0')}`;

type Fields = { id?: string; type?: string; data?: unknown; metadata?: Record<string, unknown> };
export const json = ({ id = newId(), type = 'tollgate-posted', data = { note: 'x' }, metadata }: Fields = {}): EventData =>
  jsonEvent({ id, type, data: data as object, ...(metadata && { metadata }) });

export const binary = (data: Uint8Array, fields: Omit<Fields, 'data'> = {}): EventData =>
  binaryEvent({ id: newId(), type: 'tollgate-posted', data, ...fields });

export const many = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => make(index));

export const append =
  (client: () => EventStoreDBClient, options: AppendToStreamOptions = {}) =>
  (stream: string, events: EventData[], expectedRevision: AppendExpectedRevision | number = 'any') =>
    client().appendToStream(stream, events, { expectedRevision: expectedRevision as AppendExpectedRevision, ...options });

export const collect = async (read: AsyncIterable<ResolvedEvent>): Promise<ResolvedEvent[]> => {
  const events: ResolvedEvent[] = [];
  for await (const event of read) events.push(event);
  return events;
};

export const revisions = async (read: AsyncIterable<ResolvedEvent>): Promise<(bigint | undefined)[]> =>
  (await collect(read)).map(({ event }) => event?.revision);
