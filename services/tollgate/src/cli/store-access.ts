import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { z } from 'zod';
import { setAccessList } from '@tollgate/event-store-esdb';
import { SettingsError, readSettings } from '../settings';

/** `tollgate store-access`: lets the user of a ledger read `$all` of its event store. */
export const addStoreAccess = (program: Command): void => {
  program
    .command('store-access')
    .argument('<file>', 'the list, such as infra/eventstore/access.json')
    .summary('set the access list of an event store')
    .description(
      'Makes a list the default one of the event store at EVENTSTORE_URL, which names an administrator here: as a store is installed, no other user may read $all, and a ledger’s must. A list that stands there already is told and left as it is.',
    )
    .option('--replace', 'also where another list stands there')
    .action(async (path: string, { replace = false }: { replace?: boolean }) => {
      const { eventstoreUrl } = readSettings({}, process.env);
      if (eventstoreUrl === undefined)
        throw new SettingsError('EVENTSTORE_URL: needed, with the name and password of an administrator');
      const standing = await setAccessList(eventstoreUrl, readList(path), { isReplacing: replace });
      if (standing !== undefined)
        throw new Error(
          `the store has a list of its own: ${JSON.stringify(standing)}; add what ${path} has to it, in a file of yours, and set that with --replace`,
        );
      process.stdout.write(`The store's access list is that of ${path}\n`);
    });
};

const rights = z.record(z.string(), z.union([z.string(), z.array(z.string())]));
const accessList = z.strictObject({ $userStreamAcl: rights, $systemStreamAcl: rights });

const readList = (path: string): z.infer<typeof accessList> => {
  try {
    return accessList.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new SettingsError(
      `${path} is no access list: JSON with "$userStreamAcl" and "$systemStreamAcl" (${error instanceof z.ZodError ? z.prettifyError(error) : String(error)})`,
    );
  }
};
