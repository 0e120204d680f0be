import { Agent, request } from 'node:http';
import type { AuthorizationAnswer } from '@tollgate/contracts';
import { Refused } from './ledger';
import type { Ledger, Leg } from './ledger';

type Answer = { status: number; text: string };

/** The ledger's calls over connections that are kept. */
export const httpLedger = (url: string, limitMs: number): Ledger & { close(): void } => {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const post = async (path: string, body: object): Promise<unknown> => {
    const { status, text } = await exchange(new URL(path, url), agent, { body: JSON.stringify(body), limitMs });
    if (status === 200 || status === 201) return JSON.parse(text);
    if (status >= 500) throw new Error(`the ledger answered ${String(status)}: ${text.slice(0, 200)}`);
    const { code, detail } = JSON.parse(text) as { code: string; detail: string };
    throw new Refused(code, detail);
  };
  const legPath = ({ accountId, authorizationId }: Leg): string =>
    `/v1/authorizations/${encodeURIComponent(accountId)}/${encodeURIComponent(authorizationId)}`;
  return {
    authorize: async (body) => (await post('/v1/authorizations', body)) as AuthorizationAnswer,
    extend: async (leg, number) => (await post(`${legPath(leg)}/extend`, { number })) as AuthorizationAnswer,
    release: async (leg, usedSeconds) => {
      await post(`${legPath(leg)}/release`, usedSeconds === undefined ? {} : { usedSeconds });
    },
    acknowledge: async (acknowledgement) => {
      await post('/v1/acknowledgements', acknowledgement);
    },
    close: () => {
      agent.destroy();
    },
  };
};

const exchange = (url: URL, agent: Agent, { body, limitMs }: { body: string; limitMs: number }): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request(url, { method: 'POST', agent, headers, timeout: limitMs }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`the ledger did not answer in ${String(limitMs)} ms`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
