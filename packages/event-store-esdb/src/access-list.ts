import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { connect } from './connection';
import { failureOf, reasonOf } from './failure';
import { createStore } from './store';
import type { Store } from './store';
import { usualTiming } from './time-limit';

/** Who may do what with the streams of a store where these do not say so themselves, in the words of the store's own settings. */
export type AccessList = Record<string, unknown>;

const settings = '$settings';
const mostRead = 1_000;

/**
 * Makes a list that of the store, which takes the rights of an administrator. Where another one stands, that is returned and left as it is,
 * unless it is to be replaced: it may be somebody's. Throws, with the reason, where the store does not take it.
 */
export const setAccessList = async (
  connectionString: string,
  list: AccessList,
  { isReplacing }: { isReplacing: boolean },
): Promise<AccessList | undefined> => {
  const connection = connect(() => connectionString);
  const store = createStore(connection, usualTiming);
  try {
    const { revision, standing } = await readList(store);
    if (isDeepStrictEqual(standing, list)) return undefined;
    if (standing !== undefined && !isReplacing) return standing;
    const event = {
      id: randomUUID(),
      contentType: 'application/json',
      type: 'update-default-acl',
      data: list,
    } as const;
    const sizeBytes = Buffer.byteLength(JSON.stringify(list));
    await store.append(
      settings,
      [{ event: { ...event, metadata: { version: 1, metadata: {} } }, sizeBytes }],
      revision,
    );
    return undefined;
  } catch (error) {
    const why = failureOf(error) === 'denied' ? 'the user is no administrator' : reasonOf(error);
    throw new Error(`the access list of the store could not be set: ${why}`, { cause: error });
  } finally {
    await store.close();
  }
};

/** The last one counts. */
const readList = async (
  store: Store,
): Promise<{ revision: bigint | 'no_stream'; standing: AccessList | undefined }> => {
  let revision: bigint | 'no_stream' = 'no_stream';
  let standing: AccessList | undefined;
  for (let from = 0; ; from += mostRead) {
    const events = (await store.readStream(settings, { from, limit: mostRead })) ?? [];
    const last = events.at(-1);
    if (last !== undefined) [revision, standing] = [last.revision, last.data as AccessList];
    if (events.length < mostRead) return { revision, standing };
  }
};
