import { eventLogContract } from '@tollgate/event-store/contract';
import { createSimulatedDisk } from '@tollgate/folder/simulated';
import { openLog } from './log-folder.fixture';

eventLogContract('a log in files of a simulated disk', async () => {
  const disk = createSimulatedDisk({ turn: () => new Promise(setImmediate) });
  let log = await openLog(disk.folder('log'));
  return {
    log,
    reopen: async () => {
      await log.close();
      log = await openLog(disk.folder('log'));
      return log;
    },
    dispose: () => log.close(),
  };
});
