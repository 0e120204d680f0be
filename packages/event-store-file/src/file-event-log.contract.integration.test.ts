import { eventLogContract } from '@tollgate/event-store/contract';
import { openFolder } from '@tollgate/folder';
import { createFolder, openLog, removeFolders } from './log-folder.fixture';

/** So small that most histories go over several segments. */
const segmentBytes = 2_000;

eventLogContract('a log in files', async () => {
  const folder = await openFolder(await createFolder());
  let log = await openLog(folder, { segmentBytes });
  return {
    log,
    reopen: async () => {
      await log.close();
      log = await openLog(folder, { segmentBytes });
      return log;
    },
    dispose: async () => {
      await log.close();
      await removeFolders();
    },
  };
});
