import type { Log } from '@tollgate/service-runtime';
import { openDataFolder } from './data-folder';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

test.each(['/proc/tollgate', '/proc/tollgate/data'])(
  '%s, which cannot be made, is refused with what to do: the start used to spin for ever',
  async (data) => {
    await expect(openDataFolder(data, { clock: () => new Date(0), logger: silent })).rejects.toThrow(
      /^the data folder \/proc\/tollgate\S* cannot be written \((Error: )?ENOENT.*\): make room or give it to this user/,
    );
  },
);
