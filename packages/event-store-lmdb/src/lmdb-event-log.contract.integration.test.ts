import type { EventBody } from '@tollgate/event-store';
import { eventLogContract } from '@tollgate/event-store/contract';
import { createFolder, removeFolders } from './log-folder.fixture';
import { openLmdbEventLog } from './index';

eventLogContract('LMDB', async () => {
  const folder = await createFolder();
  let log = await openLmdbEventLog<EventBody>({ folder });
  return {
    log,
    reopen: async () => {
      await log.close();
      log = await openLmdbEventLog<EventBody>({ folder });
      return log;
    },
    dispose: async () => {
      await log.close();
      await removeFolders();
    },
  };
});
