import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventBody } from '@tollgate/event-store';
import { eventLogContract } from '@tollgate/event-store/contract';
import { openLmdbEventLog } from './index';

eventLogContract('LMDB', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-log-'));
  const open = () => openLmdbEventLog<EventBody>({ folder });
  let log = await open();
  return {
    log,
    reopen: async () => {
      await log.close();
      log = await open();
      return log;
    },
    dispose: async () => {
      await log.close();
      await rm(folder, { recursive: true });
    },
  };
});
