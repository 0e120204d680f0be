import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A witness's key, and what it signs with it. */
export const createCosigner = (name: string) => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const typed = Buffer.concat([Buffer.of(4), Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')]);
  const id = createHash('sha256').update(`${name}\n`).update(typed).digest().subarray(0, 4);
  return {
    line: `${name}+${id.toString('hex')}+${typed.toString('base64')}`,
    cosign: (note: string): string => {
      const time = Buffer.from('000000006a18b600', 'hex');
      const message = `cosignature/v1\ntime 1780004352\n${note.split('\n\n')[0] ?? ''}\n`;
      const bytes = Buffer.concat([id, time, sign(null, Buffer.from(message), privateKey)]);
      return `\u2014 ${name} ${bytes.toString('base64')}\n`;
    },
  };
};

type Asked = { old: number; proof: string[]; note: string };
export type Answer = (asked: Asked, response: ServerResponse) => void;

/** An HTTP server that answers `POST /secret/add-checkpoint` as it is told to. */
export const startAnswering = async () => {
  const told = { answer: ((_, response) => response.writeHead(500).end()) as Answer };
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const end = body.indexOf('\n\n');
      const [first = '', ...proof] = body.slice(0, end).split('\n');
      const one = { old: Number(/^old (\d+)$/.exec(first)?.[1]), proof, note: body.slice(end + 2) };
      asked.push(one);
      if (`${String(request.method)} ${String(request.url)}` === 'POST /secret/add-checkpoint')
        told.answer(one, response);
      else response.writeHead(404).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/secret/`,
    asked,
    told,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};
