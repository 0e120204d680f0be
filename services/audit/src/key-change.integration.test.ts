import { existsSync } from 'node:fs';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { logLine } from '@tollgate/contracts';
import { runToEnd } from '../../../test/run-to-end';
import type { Audit } from './audit';
import { createLog, place, signed, signedAll, start, stop, until } from './audit.fixture';
import type { TestLog } from './audit.fixture';
import { beginKeyChange } from './key-change';

jest.setTimeout(60_000);

describe('a key that follows another', () => {
  const verifier = resolve(__dirname, '../../../packages/verify/bin/tollgate-verify.js');
  /** What the offline verifier says of the log, with a key and checkpoints. */
  const verified = async (log: TestLog, keys: readonly string[], notes: readonly (string | undefined)[]) => {
    const exported = join(place.root, 'export.ndjson');
    await writeFile(
      exported,
      log
        .events()
        .map((event) => `${logLine(event)}\n`)
        .join(''),
    );
    const names = notes.map((_, index) => join(place.root, `checkpoint-${String(index)}`));
    for (const [index, name] of names.entries()) await writeFile(name, notes[index] ?? '');
    const given = [...keys.flatMap((key) => ['--key', key]), ...names.flatMap((name) => ['--checkpoint', name])];
    const { stdout } = runToEnd(process.execPath, [verifier, exported, ...given, '--json']);
    const { findings } = JSON.parse(stdout) as { findings: { checkpoint?: string; what: string }[] };
    return findings.filter(({ checkpoint }) => checkpoint !== undefined).map(({ what }) => what);
  };
  const publicKey = async (): Promise<string> => (await readFile(`${place.keyPath}.pub`, 'utf8')).trim();
  const signedBy = async (log: TestLog): Promise<Audit> => {
    const audit = await start(log);
    await signedAll(audit, log);
    return audit;
  };
  const changeAfter = async (decided: Parameters<typeof beginKeyChange>[1]) => {
    const log = await createLog(20);
    const first = await signedBy(log);
    await stop(first);
    const [before, old] = [first.checkpoint(), await publicKey()];
    await beginKeyChange({ path: place.keyPath }, decided);
    const second = await start(log);
    await until(() => log.events().length === 21 && signed(second)?.size === 21);
    await stop(second);
    return { log, old, before, after: second.checkpoint() };
  };

  test('signs from its event on, is trusted by who has the old one, and nothing is left of that', async () => {
    const secret = await createLog(1)
      .then(signedBy)
      .then(stop)
      .then(() => readFile(place.keyPath, 'utf8'));
    await rm(join(place.root, 'keys'), { recursive: true });
    const { log, old, before, after } = await changeAfter({ reason: 'a year has passed' });
    expect(log.events()[20]).toMatchObject({ stream: 'signing-key', data: { previous: old, next: await publicKey() } });
    expect(await verified(log, [old], [before, after])).toEqual([]);
    expect((await readdir(join(place.root, 'keys'))).sort()).toEqual([
      ...['signing.pem', 'signing.pem.last', 'signing.pem.lock', 'signing.pem.pub'],
    ]);
    expect(await readFile(place.keyPath, 'utf8')).not.toBe(secret);
    await signedBy(log);
  });

  test('of a stolen one is trusted by who was given it, and what the old one signed counts up to a size', async () => {
    const { log, old, before, after } = await changeAfter({ reason: 'a laptop was lost', compromisedAfter: 10 });
    const [id] = old.split('+').slice(1);
    expect(await verified(log, [old], [before])).toEqual([`key ${String(id)} signs up to 10 events, and it is of 20`]);
    expect(await verified(log, [old], [after])).toEqual([
      expect.stringMatching(/^it is signed by key \w+, and not by key /),
    ]);
    expect(await verified(log, [old, await publicKey()], [after])).toEqual([]);
  });

  test('is recorded once, also where the process ended before it signed', async () => {
    const log = await createLog(20);
    await stop(await signedBy(log));
    await beginKeyChange({ path: place.keyPath }, { reason: 'a year has passed' });
    const [old, next] = [await readFile(place.keyPath), await readFile(`${place.keyPath}.next`)];
    const change = await readFile(`${place.keyPath}.change`);
    await stop(await start(log));
    await until(() => log.events().length === 21);
    await writeFile(place.keyPath, old);
    await writeFile(`${place.keyPath}.next`, next, { mode: 0o600 });
    await writeFile(`${place.keyPath}.change`, change);
    await stop(await signedBy(log));
    expect(log.events()).toHaveLength(21);
    // It was in its place, and what had been decided was not yet taken away.
    await writeFile(`${place.keyPath}.change`, change);
    await stop(await signedBy(log));
    expect(log.events()).toHaveLength(21);
    expect(await readFile(place.keyPath)).toEqual(next);
  });

  test('is not made before anything was signed, nor twice, nor after more than was signed', async () => {
    const reason = 'a year has passed';
    const unsigned = join(place.root, 'unsigned.pem');
    await writeFile(unsigned, '');
    await expect(beginKeyChange({ path: unsigned }, { reason })).rejects.toThrow(/^nothing was signed with .* yet/);
    await stop(await signedBy(await createLog(5)));
    await expect(beginKeyChange({ path: place.keyPath }, { reason, compromisedAfter: 6 })).rejects.toThrow(
      /only 5 events were signed$/,
    );
    await beginKeyChange({ path: place.keyPath }, { reason });
    await expect(beginKeyChange({ path: place.keyPath }, { reason })).rejects.toThrow(/already: start Tollgate$/);
  });

  test('of a key that was not there was told to delete it, and one was made to vouch for the next where it had signed', async () => {
    const reason = 'a year has passed';
    const begin = beginKeyChange({ path: place.keyPath }, { reason });
    await expect(begin).rejects.toThrow(/^there is no key .* to follow: name the one that Tollgate signs with/);
    await stop(await signedBy(await createLog(5)));
    await rm(place.keyPath);
    const again = beginKeyChange({ path: place.keyPath }, { reason });
    await expect(again).rejects.toThrow(/^there is no key .*, which it signed: put it back from where you keep it$/);
    expect(existsSync(place.keyPath)).toBe(false);
  });
});
