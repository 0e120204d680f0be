import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createPublicKey, verify } from 'node:crypto';
import { runToEnd } from '../../../test/run-to-end';
import { createLog, place, record, signed, signedAll, start, stop, until } from './audit.fixture';
import { beginKeyChange } from './key-change';
import { makeSigningKey } from './signing-key';
import { signByAgent } from './ssh-agent';

jest.setTimeout(60_000);

const agents = new Set<ChildProcess>();
afterEach(() => {
  for (const agent of agents) agent.kill();
  agents.clear();
});

/** A real ssh-agent, on a socket in the folder of the test. */
const startAgent = async () => {
  const socket = join(place.root, 'agent.sock');
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  agents.add(child);
  await once(child.stdout, 'data');
  place.agent = socket;
  const env = { ...process.env, SSH_AUTH_SOCK: socket };
  return {
    socket,
    /** Makes a key that only the agent has, and a file of its public half. */
    makeKey: (name: string): string => {
      const file = join(place.root, name);
      runToEnd('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
      runToEnd('ssh-add', ['-q', file], { env, stdio: 'ignore' });
      return `${file}.pub`;
    },
    forget: (file: string) => runToEnd('ssh-add', ['-q', '-d', file], { env, stdio: 'ignore' }),
    stop: async () => {
      child.kill();
      await once(child, 'close');
    },
  };
};

const useKey = async (file: string): Promise<void> => {
  await mkdir(dirname(place.keyPath), { recursive: true });
  await copyFile(file, place.keyPath);
};

test('a key that an agent holds signs checkpoints, is not on the disk, and another one of the agent follows it', async () => {
  const agent = await startAgent();
  await useKey(agent.makeKey('first'));
  const log = await createLog(20);
  const audit = await start(log);
  await signedAll(audit, log);
  await stop(audit);
  const old = (await readFile(`${place.keyPath}.pub`, 'utf8')).trim();
  const key = { path: place.keyPath, agent: agent.socket };
  await expect(beginKeyChange(key, { reason: 'a year' })).rejects.toThrow(/^--next-key: the agent holds the keys/);
  const first = join(place.root, 'first.pub');
  await expect(beginKeyChange(key, { reason: 'a year', nextKey: first })).rejects.toThrow(/key that signs now$/);
  await beginKeyChange(key, { reason: 'a year', nextKey: agent.makeKey('second') });

  const after = await start(log);
  await until(() => log.events().length === 21 && signed(after)?.size === 21);
  await stop(after);
  const next = (await readFile(`${place.keyPath}.pub`, 'utf8')).trim();
  expect(log.events()[20]).toMatchObject({ type: 'SigningKeyChanged', data: { previous: old, next } });
  expect(next).not.toBe(old);
  const kept = await readdir(dirname(place.keyPath), { withFileTypes: true });
  for (const { name } of kept.filter((one) => one.isFile()))
    expect(await readFile(join(dirname(place.keyPath), name), 'utf8')).not.toContain('PRIVATE KEY');
  await agent.stop();
});

test('from a key in a file no way led to one of an agent, and on the way back neither was served any more: each follows the other', async () => {
  const log = await createLog(20);
  const first = await start(log);
  await signedAll(first, log);
  await stop(first);
  const agent = await startAgent();
  const key = { path: place.keyPath, agent: agent.socket };
  await beginKeyChange(key, { reason: 'an agent', nextKey: agent.makeKey('held') });
  const byAgent = await start(log);
  await until(() => log.events().length === 21 && signed(byAgent)?.size === 21);
  await stop(byAgent);
  expect(await readFile(place.keyPath, 'utf8')).toMatch(/^ssh-ed25519 /);

  const inFile = join(place.root, 'own.pem');
  makeSigningKey(inFile);
  await expect(beginKeyChange({ path: place.keyPath }, { reason: 'back' })).rejects.toThrow(/say which agent/);
  await beginKeyChange(key, { reason: 'back', nextKey: inFile });
  const back = await start(log);
  await until(() => log.events().length === 22 && signed(back)?.size === 22);
  await stop(back);
  await expect(start(log)).rejects.toThrow(/must hold the public key/);
  place.agent = undefined;
  await record(log, 1);
  await signedAll(await start(log), log);
  await agent.stop();
});

test('another key in the place of the first used to sign what no auditor trusts: it is refused', async () => {
  const agent = await startAgent();
  await useKey(agent.makeKey('first'));
  const log = await createLog(5);
  const audit = await start(log);
  await signedAll(audit, log);
  await stop(audit);
  await useKey(agent.makeKey('second'));
  await expect(start(log)).rejects.toThrow(/is another key than auditors were told of/);
  await useKey(join(place.root, 'first.pub'));
  await record(log, 1);
  await signedAll(await start(log), log);
  await agent.stop();
});

test('while the agent is away, or has not the key, nothing is signed, which is said, and it is signed once it can be', async () => {
  const agent = await startAgent();
  await useKey(agent.makeKey('only'));
  agent.forget(join(place.root, 'only'));
  const log = await createLog(5);
  const audit = await start(log);
  await until(() => audit.readiness().detail.includes('does not sign: it has not this key, or is locked'));
  expect(audit.readiness()).toMatchObject({ isReady: true });
  runToEnd('ssh-add', ['-q', join(place.root, 'only')], {
    env: { ...process.env, SSH_AUTH_SOCK: agent.socket },
    stdio: 'ignore',
  });
  await until(() => signed(audit)?.size === 5);
  await agent.stop();
  await record(log, 3);
  await until(() => /cannot be asked: .*(ENOENT|ECONNREFUSED)/.test(audit.readiness().detail));
  expect(signed(audit)?.size).toBe(5);
  await stop(audit);
});

test('what an agent signs is an Ed25519 signature of the text itself', async () => {
  const agent = await startAgent();
  const [, base64 = ''] = (await readFile(agent.makeKey('plain'), 'utf8')).split(' ');
  const bytes = Buffer.from(base64, 'base64').subarray(-32);
  const signature = await signByAgent(agent.socket, bytes, 'some text\n');
  const x = bytes.toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  expect(verify(null, Buffer.from('some text\n'), key, signature)).toBe(true);
  await agent.stop();
});

test.each([
  ['hangs up', Buffer.alloc(0), 'hung up'],
  ['answers with a length and nothing', Buffer.from([0, 0, 0, 5, 14, 0, 0, 0, 9]), 'something else than a signature'],
  ['answers with more than anybody signs', Buffer.from([255, 255, 255, 255]), 'more than a signature'],
  ['refuses', Buffer.from([0, 0, 0, 1, 5]), 'does not sign'],
])('an agent that %s is told of, not waited for', async (_, answer, told) => {
  const socket = join(place.root, 'odd.sock');
  const server = createServer((client) => client.end(answer)).listen(socket);
  await once(server, 'listening');
  await expect(signByAgent(socket, Buffer.alloc(32), 'text')).rejects.toThrow(told);
  server.close();
});

test('an agent that answered a byte at a time was waited for as long as it went on', async () => {
  const socket = join(place.root, 'slow.sock');
  const server = createServer((client) => {
    const more = setInterval(() => client.write(Buffer.of(0)), 20);
    client
      .on('error', () => undefined)
      .on('close', () => {
        clearInterval(more);
      });
  });
  await once(server.listen(socket), 'listening');
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setInterval', 'clearInterval'] });
  const signing = expect(signByAgent(socket, Buffer.alloc(32), 'text')).rejects.toThrow('has not answered in 30 s');
  await once(server, 'connection');
  jest.advanceTimersByTime(30_000);
  jest.useRealTimers();
  await signing;
  server.close();
});

test.each([
  ['there is none', undefined],
  ['of another kind', 'ecdsa-sha2-nistp256 AAAA comment\n'],
  ['a private one', '-----BEGIN PRIVATE KEY-----\n'],
  ['one of several', `ssh-ed25519 ${Buffer.alloc(51).toString('base64')} comment\n`.repeat(2)],
])('with an agent the file must hold a public key of Ed25519: %s is refused', async (_, text) => {
  await mkdir(dirname(place.keyPath), { recursive: true });
  if (text !== undefined) await writeFile(place.keyPath, text);
  place.agent = join(place.root, 'agent.sock');
  await expect(start(await createLog(1))).rejects.toThrow(/must hold the public key .* begins with ssh-ed25519/);
});
