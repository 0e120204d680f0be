import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** OpenSSH's name of Ed25519, as a key and as a signature have it. */
export const ed25519Name = 'ssh-ed25519';

const signRequest = 13;
const signResponse = 14;
/** A person may have to touch a token. */
const answerLimitMs = 30_000;
const mostBytes = 65_536;
const noFlags = Buffer.alloc(4);

/**
 * Has an agent sign a text with the Ed25519 key of these 32 bytes (draft-ietf-sshm-ssh-agent, 4.5). What an agent is
 * handed is what it signs, so the signature is that of RFC 8032. Rejects with what the agent said, or that it says nothing.
 */
export const signByAgent = async (socket: string, publicKey: Uint8Array, text: string): Promise<Uint8Array> => {
  const key = Buffer.concat([stringOf(ed25519Name), stringOf(publicKey)]);
  const request = Buffer.concat([Buffer.of(signRequest), stringOf(key), stringOf(text), noFlags]);
  const answer = await ask(socket, stringOf(request));
  if (answer[0] !== signResponse)
    throw new Error(`the agent at ${socket} does not sign: it has not this key, or is locked (ssh-add -l)`);
  return signatureIn(answer.subarray(1));
};

/** With its length before it, as the protocol has texts and messages. */
const stringOf = (bytes: string | Uint8Array): Buffer => {
  const content = Buffer.from(bytes);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
};

const readString = (bytes: Buffer): { content: Buffer; rest: Buffer } => {
  const end = 4 + (bytes.length < 4 ? Infinity : bytes.readUInt32BE());
  if (end > bytes.length) throw new Error('the agent answers with something else than a signature');
  return { content: bytes.subarray(4, end), rest: bytes.subarray(end) };
};

const signatureIn = (bytes: Buffer): Uint8Array => {
  const { content: blob } = readString(bytes);
  const { content: name, rest } = readString(blob);
  if (name.toString() !== ed25519Name) throw new Error(`the agent signs with ${name.toString()}, not ${ed25519Name}`);
  return readString(rest).content;
};

/** One message, and the one that answers it. */
const ask = (path: string, message: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const socket = connect(path);
    const fail = (what: string): void => {
      socket.destroy();
      reject(new Error(`the agent at ${path} ${what}`));
    };
    // Of the whole answer: one that comes byte by byte would never end.
    const limit = setTimeout(() => {
      fail(`has not answered in ${String(answerLimitMs / 1_000)} s`);
    }, answerLimitMs);
    socket.on('error', ({ message: reason }) => {
      fail(`cannot be asked: ${reason}`);
    });
    socket.on('close', () => {
      clearTimeout(limit);
      fail('hung up');
    });
    onMessage(socket, fail, (answer) => {
      resolve(answer);
      socket.destroy();
    });
    socket.write(message);
  });

const onMessage = (socket: Socket, fail: (what: string) => void, take: (message: Buffer) => void): void => {
  let received = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, Buffer.from(chunk)]);
    const length = received.length < 4 ? 0 : received.readUInt32BE();
    if (length > mostBytes) fail('answers with more than a signature');
    else if (length > 0 && received.length >= 4 + length) take(received.subarray(4, 4 + length));
  });
};
