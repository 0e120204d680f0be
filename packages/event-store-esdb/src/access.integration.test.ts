import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { LogUnavailable, SubscriptionDropped, noStream } from '@tollgate/event-store';
import { startEventStoreServer } from '@tollgate/eventstore-test-server';
import type { EventStoreServer } from '@tollgate/eventstore-test-server';
import { append, newPrefix, openLog, payment, quick, readAll } from './log-under-test.fixture';

let server: EventStoreServer;
beforeEach(async () => {
  server = await startEventStoreServer();
});
afterEach(async () => {
  server.misbehave({});
  await server.stop();
});

const withUser = (url: string, user: string): string => url.replace('esdb://', `esdb://${user}@`);

test('a store that refuses the user is told of at once, in words that say what to do and no secret', async () => {
  server.misbehave({ calls: 'denied' });
  const refused: unknown = await openLog(withUser(server.url, 'ledger:SECRET')).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(LogUnavailable);
  expect(String(refused)).toMatch(
    /refuses this user \(16 UNAUTHENTICATED.*its name or password is wrong, or it lacks the rights of infra\/eventstore\/access\.json/,
  );
  expect(JSON.stringify([String(refused), Object.entries(refused as object)])).not.toContain('SECRET');
});

test('while the user is refused nothing is recorded and nothing read, and afterwards it goes on', async () => {
  const log = await openLog(server.url, { timing: quick });
  server.misbehave({ calls: 'denied' });
  expect(await append(log, ['account-a', noStream], payment('a'))).toMatchObject({ status: 'unknown' });
  await expect(log.readStream('account-a', { limit: 1 })).rejects.toThrow(LogUnavailable);
  await expect(readAll(log)).rejects.toThrow(SubscriptionDropped);
  server.misbehave({});
  expect(await append(log, ['account-a', noStream], payment('a'))).toMatchObject({ status: 'recorded' });
  await log.close();
});

test('a connection string that changes takes effect without a restart, for appends, reads and subscriptions', async () => {
  const streamPrefix = newPrefix();
  const next = await startEventStoreServer();
  let url = withUser(server.url, 'ledger:before');
  const log = await openLog(url, { connectionString: () => url, streamPrefix, timing: quick });
  await (await openLog(next.url, { streamPrefix })).close();
  const stop = new AbortController();
  const given: unknown[] = [];
  const following = (async () => {
    for await (const { events } of log.subscribe({ prefixes: ['account-'], signal: stop.signal })) {
      given.push(...events.map(({ eventId }) => eventId));
      if (given.length > 0) stop.abort();
    }
  })();
  url = withUser(next.url, 'ledger:after');
  const { eventId, ...rest } = payment('a');
  expect(await append(log, ['account-a', noStream], { eventId, ...rest })).toMatchObject({ status: 'recorded' });
  await server.stop();
  await following;
  expect(given).toEqual([eventId]);
  await log.close();
  await next.stop();
  server = await startEventStoreServer();
});

describe('the command that sets the access list', () => {
  const credentials = { username: 'admin', password: 'changeit' };
  const run = (user: string) =>
    promisify(execFile)(process.execPath, [join(__dirname, '../access/set-access.js'), user], {
      env: { ...process.env, EVENTSTORE_URL: withUser(server.url, 'admin:changeit') },
    });
  const settings = async (): Promise<unknown[]> => {
    const client = EventStoreDBClient.connectionString(server.url);
    const events: unknown[] = [];
    for await (const { event } of client.readStream('$settings', { credentials })) events.push(event?.data);
    await client.dispose();
    return events;
  };

  test('lets the user read $all where nothing was set yet, and once is enough', async () => {
    const { stdout } = await run('ledger');
    expect(stdout).toBe('ledger may read $all and read and write streams.\n');
    await run('ledger');
    expect(await settings()).toEqual([
      {
        $userStreamAcl: { $r: '$all', $w: '$all', $d: '$all', $mr: '$all', $mw: '$all' },
        $systemStreamAcl: { $r: ['$admins', 'ledger'], $w: '$admins', $d: '$admins', $mr: '$admins', $mw: '$admins' },
      },
    ]);
  });

  test('leaves to others what was theirs', async () => {
    const theirs = {
      $userStreamAcl: { $r: ['billing'], $w: 'billing', $d: '$admins', $mr: ['billing', 'ledger'], $mw: '$admins' },
      $systemStreamAcl: { $r: ['$admins', 'monitoring'], $w: '$admins', $d: '$admins', $mr: '$admins', $mw: '$admins' },
    };
    const client = EventStoreDBClient.connectionString(server.url);
    await client.appendToStream('$settings', jsonEvent({ type: 'update-default-acl', data: theirs }), { credentials });
    await client.dispose();
    await run('ledger');
    expect((await settings()).at(-1)).toEqual({
      $userStreamAcl: { ...theirs.$userStreamAcl, $r: ['billing', 'ledger'], $w: ['billing', 'ledger'] },
      $systemStreamAcl: { ...theirs.$systemStreamAcl, $r: ['$admins', 'monitoring', 'ledger'] },
    });
  });

  test('says what it needs where that is missing, and no secret', async () => {
    const bare = execFile(process.execPath, [join(__dirname, '../access/set-access.js')], { env: {} });
    const code = await new Promise((resolve) => bare.on('exit', resolve));
    expect(code).toBe(2);
  });
});
