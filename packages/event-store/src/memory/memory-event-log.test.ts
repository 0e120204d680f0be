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
