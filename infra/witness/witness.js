// @ts-check
'use strict';

const { createHash, createPublicKey, sign } = require('node:crypto');
const { once } = require('node:events');
const { createServer } = require('node:http');
const { consistencyFaults, isSignedBy, readCheckpoint, readPublicKey, Unusable } = require('@tollgate/verify');
const { SetupError } = require('../child-server.js');
const { openState, reasonOf } = require('./state.js');

/** @typedef {{ status: number, text?: string, type?: string }} Answer */

const cosigns = Buffer.of(4);
const mostBytes = 64 << 10;
const mostHashes = 63;

/** Its public key as verifiers take it, and how it cosigns (c2sp.org/tlog-cosignature). @param {string} name @param {import('node:crypto').KeyObject} key */
const cosignerOf = (name, key) => {
  const typed = Buffer.concat([
    cosigns,
    Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url'),
  ]);
  const id = createHash('sha256').update(`${name}\n`).update(typed).digest().subarray(0, 4);
  return {
    line: `${name}+${id.toString('hex')}+${typed.toString('base64')}`,
    /** @param {string} text */
    cosign: (text) => {
      const seconds = BigInt(Math.floor(Date.now() / 1_000));
      const time = Buffer.alloc(8);
      time.writeBigUInt64BE(seconds);
      const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`), key);
      return `\u2014 ${name} ${Buffer.concat([id, time, signature]).toString('base64')}\n`;
    },
  };
};

/** Keys by origin, from lines `KEY` or, of another origin than the key's name, `ORIGIN KEY`. Throws `Unusable`. @param {readonly string[]} lines */
const logsOf = (lines) => {
  /** @type {Map<string, import('@tollgate/verify').PublicKey[]>} */
  const logs = new Map();
  for (const line of lines) {
    const [key = '', origin, ...more] = line.trim().split(/\s+/).reverse();
    if (more.length > 0) throw new Unusable('it is neither KEY nor ORIGIN KEY');
    const known = readPublicKey(key);
    const of = origin ?? known.name;
    logs.set(of, [...(logs.get(of) ?? []), known]);
  }
  return logs;
};

/** The parts of a request: `old N`, hashes, an empty line, a signed checkpoint. Throws `Unusable`. @param {string} body */
const requestIn = (body) => {
  const end = body.indexOf('\n\n');
  const [first = '', ...lines] = body.slice(0, Math.max(0, end)).split('\n');
  const [, old] = /^old (0|[1-9]\d{0,15})$/.exec(first) ?? [];
  const hashes = lines.map((line) => Buffer.from(line, 'base64'));
  const isProof = hashes.every((hash, at) => hash.length === 32 && hash.toString('base64') === lines[at]);
  if (old === undefined || !isProof || hashes.length > mostHashes) throw new Unusable('it is no request');
  return { old: Number(old), hashes, checkpoint: readCheckpoint(body.slice(end + 2)) };
};

/**
 * Cosigns what extends all that it cosigned before (c2sp.org/tlog-witness). Synchronous from the look to the keeping: of two requests at
 * once the second finds what the first left.
 * @param {string} name @param {ReturnType<typeof logsOf>} logs @param {Awaited<ReturnType<typeof openState>>} state
 */
const createWitness = (name, logs, state) => {
  const { line, cosign } = cosignerOf(name, state.key);
  /** What it cosigned last of the same origin. @param {import('@tollgate/verify').Checkpoint} checkpoint */
  const lastOf = (checkpoint) => {
    const { size, root } = state.lastOf(checkpoint.origin);
    return { ...checkpoint, size, root: Buffer.from(root, 'base64') };
  };
  /** @param {ReturnType<typeof requestIn>} request @returns {Answer} */
  const judge = ({ old, hashes, checkpoint }) => {
    const { origin, size, root, text } = checkpoint;
    const keys = logs.get(origin);
    if (keys === undefined) return { status: 404 };
    if (!keys.some((key) => isSignedBy(checkpoint, key))) return { status: 403 };
    if (old > size) return { status: 400 };
    const before = lastOf(checkpoint);
    const isOther = old === size && old > 0 && !root.equals(before.root);
    if (old !== before.size || isOther) return { status: 409, text: `${before.size}\n`, type: 'text/x.tlog.size' };
    const faults = old === 0 ? hashes : consistencyFaults({ from: old, to: size, hashes }, before, checkpoint);
    if (faults.length > 0) return { status: 422 };
    state.remember(origin, { size, root: root.toString('base64') });
    return { status: 200, text: cosign(text) };
  };
  /** Of what it could not keep it says nothing to anybody else. @param {string} body @returns {Answer} */
  const add = (body) => {
    try {
      return judge(requestIn(body));
    } catch (error) {
      if (error instanceof Unusable) return { status: 400, text: `${error.message}\n` };
      process.stderr.write(`Nothing is cosigned: ${reasonOf(error)}\n`);
      return { status: 500 };
    }
  };
  return { line, add };
};

/** What was sent; none where it is too long, or ended before its end. @param {import('node:http').IncomingMessage} request */
const bodyOf = async (request) => {
  let body = Buffer.alloc(0);
  try {
    for await (const chunk of request) {
      body = Buffer.concat([body, chunk]);
      if (body.length > mostBytes) return '';
    }
  } catch {
    return '';
  }
  return body.toString();
};

/**
 * On a port of this machine; 0 takes any. Rejects with `SetupError`.
 * @param {{ name: string, file: string, logs: readonly string[], port: number }} options
 */
const startWitness = async ({ name, file, logs, port }) => {
  const { line, add } = createWitness(name, logsGiven(logs), await openState(file));
  const server = createServer(async (request, response) => {
    const isAsked = request.method === 'POST' && request.url === '/add-checkpoint';
    const { status, text = '', type = 'text/plain' } = isAsked ? add(await bodyOf(request)) : { status: 404 };
    response.writeHead(status, { 'content-type': type }).end(text);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((/** @type {unknown} */ error) => {
    throw new SetupError(`--port ${port}: it cannot listen there: ${reasonOf(error)}`);
  });
  const { port: taken } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${taken}`, line };
};

/** Throws `SetupError`. @param {readonly string[]} lines */
const logsGiven = (lines) => {
  try {
    return logsOf(lines);
  } catch (error) {
    throw new SetupError(
      `--log: ${reasonOf(error)}; it is what stands in signing.pem.pub from the first event of the ledger on: --log "$(cat signing.pem.pub)"`,
    );
  }
};

module.exports = { startWitness };
