import { eventLogContract } from '@tollgate/event-store/contract';
import { newPrefix, openLog, startStore } from './log-under-test.fixture';

let store: Awaited<ReturnType<typeof startStore>>;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

eventLogContract('a log in EventStoreDB', async () => {
  const streamPrefix = newPrefix();
  let log = await openLog(store.url, { streamPrefix });
  return {
    log,
    reopen: async () => {
      await log.close();
      log = await openLog(store.url, { streamPrefix });
      return log;
    },
    dispose: () => log.close(),
  };
});
