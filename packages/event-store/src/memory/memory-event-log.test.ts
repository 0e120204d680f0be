import { getEventListeners } from 'node:events';
import { eventLogContract } from '@tollgate/event-store/contract';
import { createMemoryEventLog } from './memory-event-log';

eventLogContract('the log in memory', () => {
  let log = createMemoryEventLog({ clock: () => new Date(), turn: () => new Promise(setImmediate) });
  return Promise.resolve({
    log,
    reopen: async () => {
      await log.close();
      log = createMemoryEventLog({ clock: () => new Date(), recorded: log.events() });
      return log;
    },
    dispose: () => log.close(),
  });
});

test('a subscription that has waited leaves no listener on its signal, however often it waits', async () => {
  const log = createMemoryEventLog();
  const stop = new AbortController();
  const batches = log.subscribe({ prefixes: ['a-'], signal: stop.signal })[Symbol.asyncIterator]();
  await batches.next();
  for (let appended = 0; appended < 20; appended += 1) {
    const next = batches.next();
    await new Promise(setImmediate);
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
    const event = { eventId: `e${String(appended)}`, type: 'Noted', data: {}, metadata: {} };
    await log.append([{ stream: 'a-1', expectedRevision: appended - 1, events: [event] }]);
    await next;
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
  }
});
