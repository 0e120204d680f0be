import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, rmdir, truncate, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  copyOf,
  createLog,
  place,
  record,
  signed,
  signedAll,
  signFirst,
  signs,
  start,
  stop,
  until,
} from './audit.fixture';
import type { TestLog } from './audit.fixture';
import { beginKeyChange } from './key-change';
import { beginNewOrigin } from './signer';
import { makeSigningKey } from './signing-key';

jest.setTimeout(60_000);

const last = (): string => `${place.keyPath}.last`;
const publicKey = (): string => `${place.keyPath}.pub`;
const refusedBy = async (log: TestLog): Promise<string> => {
  const audit = await start(log);
  await until(() => !audit.readiness().isReady);
  expect(audit.checkpoint()).toBeUndefined();
  await stop(audit);
  return audit.readiness().detail;
};

describe('the last checkpoint, once it is lost', () => {
  test('let a log that went another way have a second one of the same size: none is signed until it is put back', async () => {
    const log = await signFirst(20);
    await rename(last(), `${last()}.aside`);
    const other = copyOf(log, 10);
    await record(other, 10);
    const reason =
      /^\S+signing\.pem\.last, .* is gone, and \S+signing\.pem\.pub says that there was one: .* put it back/;
    expect(await refusedBy(other)).toMatch(reason);
    expect(await refusedBy(log)).toMatch(/if nobody has it, say why with "tollgate audit new-origin --reason TEXT"$/);
    expect(existsSync(last())).toBe(false);
    await rename(`${last()}.aside`, last());
    await signs(log);
  });

  test.each([
    { name: 'empty', keep: 0 },
    { name: 'cut in its first line', keep: 30 },
  ])('and $name let nothing start, and the reason was without its name: it is told', async ({ keep }) => {
    const log = await signFirst(20);
    await truncate(last(), keep);
    expect(await refusedBy(log)).toMatch(/^\S+signing\.pem\.last, .*, holds none: with Tollgate stopped put it back/);
    await beginNewOrigin(place.keyPath, 'a full disk');
    await signs(log);
  });

  test('is answered by a new origin, of which it is missed as well once that has signed', async () => {
    const log = await signFirst(20);
    const origin = `tollgate/${String(log.events()[0]?.eventId)}`;
    await rm(last());
    expect(await beginNewOrigin(place.keyPath, 'a lost disk')).toEqual({ origin, size: undefined });
    await expect(beginNewOrigin(place.keyPath, 'twice')).rejects.toThrow(/^nothing was signed yet/);
    const audit = await start(log);
    await signedAll(audit, log);
    await stop(audit);
    const extension = [`continues ${origin}`, 'reason "a lost disk"'];
    expect(signed(audit)).toMatchObject({ origin: `${origin}/2`, extension });
    await rm(last());
    expect(await refusedBy(log)).toContain('is gone');
    expect(await beginNewOrigin(place.keyPath, 'again')).toMatchObject({ origin: `${origin}/2` });
  });

  test('and another key beside the public one signed what nobody trusts: it is refused', async () => {
    const log = await signFirst(20);
    await rm(last());
    await rm(place.keyPath);
    makeSigningKey(place.keyPath);
    await expect(start(log)).rejects.toThrow(/is another key than auditors were told of/);
  });

  test('was called no reason why no key can follow', async () => {
    await signFirst(20);
    await rm(last());
    const change = beginKeyChange({ path: place.keyPath }, { reason: 'a year has passed' });
    await expect(change).rejects.toThrow(/signing\.pem\.last, the last checkpoint that was signed, is gone/);
  });
});

describe('a key that has signed nothing is asked nothing', () => {
  test.each([
    { name: 'alone', beside: undefined },
    { name: 'beside a public half as OpenSSH writes it', beside: 'ssh-ed25519 AAAA me' },
  ])('$name', async ({ beside }) => {
    await mkdir(dirname(place.keyPath), { recursive: true });
    makeSigningKey(place.keyPath);
    if (beside !== undefined) await writeFile(publicKey(), beside);
    await signs(await createLog(5));
    expect(await readFile(publicKey(), 'utf8')).toMatch(/^tollgate\//);
  });

  test('where the disk failed while it signed first: the public key alone would look like a loss', async () => {
    const log = copyOf(await createLog(1), 0);
    const audit = await start(log);
    await mkdir(last());
    await record(log, 5);
    await until(() => audit.readiness().detail.includes('not signed'));
    expect(existsSync(publicKey())).toBe(false);
    await rmdir(last());
    await signedAll(audit, log);
  });

  test('where the process ended between the public key and the first checkpoint', async () => {
    const log = copyOf(await createLog(1), 0);
    const audit = await start(log);
    await mkdir(publicKey());
    await record(log, 5);
    await until(() => audit.readiness().detail.includes('not signed'));
    await stop(audit);
    const left = await readFile(last());
    await rmdir(publicKey());
    await signs(log);
    await writeFile(last(), left);
    await signs(log);
  });
});
