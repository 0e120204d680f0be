import { randomUUID } from 'node:crypto';
import type { EventBody } from '@tollgate/event-store';
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
