import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { endorsedText, signingKeyStream } from '@tollgate/contracts';
import type { LogEvent, SigningKeyChange } from '@tollgate/contracts';
import { noStream } from '@tollgate/event-store';
import type { EventLog, Position, RecordedEvent } from '@tollgate/event-store';
import { lockFolder, openFolder, replaceText, textIn } from '@tollgate/folder';
import { checkpointIn, verifierKey } from './checkpoint';
import { readLast, whyLost } from './last-checkpoint';
import { makeSigningKey, openSigningKey, placeKey } from './signing-key';
import type { KeyPlace, SigningKey } from './signing-key';

/** What a person decided; stands beside the keys until the log has it. */
type Decided = Pick<SigningKeyChange, 'reason' | 'compromisedAfter'>;

/** `nextKey`: a file of the one that follows, which is else made. */
type Change = Decided & { nextKey?: string | undefined };

/** Another key that follows once its event is in the tree. */
export type NextKey = SigningKey & {
  keys: Pick<SigningKeyChange, 'previous' | 'next'>;
  /** What the log is told, endorsed by the key before it where that is to be trusted: rejects where that cannot sign now. */
  change(): Promise<SigningKeyChange>;
};

/**
 * Lets another key follow the one at `path`, from the next start on. Where the old one was stolen, checkpoints of more than
 * `compromisedAfter` events that it signed do not count. Throws where nothing was signed yet, where another one follows already, and
 * `FolderInUse`.
 */
export const beginKeyChange = async (place: KeyPlace, { nextKey, ...decided }: Change): Promise<void> => {
  const { path, agent } = place;
  if (agent !== undefined && nextKey === undefined)
    throw new Error(
      '--next-key: the agent holds the keys: name a file of the public one that follows, or of a key that it does not hold',
    );
  const last = readLast(path);
  if (!existsSync(path)) throw new Error(missingKey(path, last !== undefined));
  if (last === undefined)
    throw new Error(
      whyLost(path) ??
        `nothing was signed with ${path} yet, so that no other needs to follow it: is it the key that Tollgate signs with?`,
    );
  const { size } = checkpointIn(last);
  if ((decided.compromisedAfter ?? 0) > size)
    throw new Error(`--compromised-after: only ${String(size)} events were signed`);
  const lock = await lockFolder(`${path}.lock`);
  try {
    if (isChanging(path)) throw new Error(`another key follows ${path} already: start Tollgate`);
    const now = await openSigningKey(place);
    rmSync(`${path}.next`, { force: true });
    if (nextKey === undefined) makeSigningKey(`${path}.next`);
    else await copyKey(nextKey, place, now);
    await replaceText(await openFolder(dirname(path)), `${basename(path)}.change`, JSON.stringify(decided));
  } finally {
    await lock.release();
  }
};

/** One that were made here would say that it is the one before, and nobody knows it. */
const missingKey = (path: string, hasSigned: boolean): string => {
  const remedy = hasSigned
    ? `but ${path}.last, which it signed: put it back from where you keep it`
    : 'to follow: name the one that Tollgate signs with, which it makes at its first start';
  return `there is no key ${path} ${remedy}`;
};

/** Throws where it is none that could follow. */
const copyKey = async (from: string, { path, agent }: KeyPlace, now: SigningKey): Promise<void> => {
  if (!existsSync(from)) throw new Error(`--next-key: there is no file ${from}`);
  const next = await openSigningKey({ path: from, agent });
  if (Buffer.compare(next.publicKey, now.publicKey) === 0) throw new Error('--next-key: it is the key that signs now');
  placeKey(`${path}.next`, readFileSync(from, 'utf8'));
};

/** Whether another key follows the one at `path`: without it beside the decision, it is in its place already. */
export const isChanging = (path: string): boolean => existsSync(`${path}.change`) && existsSync(`${path}.next`);

/** The one that follows a key of this name; absent where none does. */
export const readNextKey = async (
  { path, agent }: KeyPlace,
  name: string,
  by: SigningKey,
): Promise<NextKey | undefined> => {
  const text = textIn(`${path}.change`);
  if (text === undefined || !isChanging(path)) return undefined;
  const decided = JSON.parse(text) as Decided;
  const following = await openSigningKey({ path: `${path}.next`, agent });
  const keys = {
    previous: verifierKey({ name, publicKey: by.publicKey }),
    next: verifierKey({ name, publicKey: following.publicKey }),
  };
  const change = async (): Promise<SigningKeyChange> => {
    if (decided.compromisedAfter !== undefined) return { ...keys, ...decided };
    const endorsement = Buffer.from(await by.sign(endorsedText(keys))).toString('base64');
    return { ...keys, ...decided, endorsement };
  };
  return { ...following, keys, change };
};

/** Puts it in the place of the one before, of which nothing is left: nobody can sign with that any more. */
export const adoptNextKey = async (path: string, { keys }: NextKey): Promise<void> => {
  const [folder, name] = [await openFolder(dirname(path)), basename(path)];
  await replaceText(folder, `${name}.pub`, `${keys.next}\n`);
  await folder.rename(`${name}.next`, name);
  await folder.remove(`${name}.change`);
};

/** Where the change stands in the log, into which it is appended once, however often it is begun. */
export const recordKeyChange = async (log: EventLog<LogEvent>, change: SigningKeyChange): Promise<Position> => {
  for (;;) {
    const changes = await changesIn(log);
    const known = changes.find(({ data }) => 'next' in data && data.next === change.next);
    if (known !== undefined) return known.position;
    const event = { type: 'SigningKeyChanged' as const, data: change, metadata: {}, eventId: randomUUID() };
    const expectedRevision = changes.at(-1)?.revision ?? noStream;
    const [result] = await log.append([{ stream: signingKeyStream, expectedRevision, events: [event] }]);
    if (result?.status === 'unknown') throw result.error;
  }
};

const mostChanges = 1_000;

const changesIn = async (log: EventLog<LogEvent>): Promise<RecordedEvent<LogEvent>[]> => {
  const changes: RecordedEvent<LogEvent>[] = [];
  for (;;) {
    const page = await log.readStream(signingKeyStream, { from: changes.length, limit: mostChanges });
    changes.push(...page);
    if (page.length < mostChanges) return changes;
  }
};
