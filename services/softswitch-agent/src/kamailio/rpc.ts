import { Agent, request } from 'node:http';

export type Rpc = (method: string, parameters?: readonly (string | number)[]) => Promise<unknown>;

/** Kamailio answered that it will not; `code` is its own. */
export class RpcRefused extends Error {
  override readonly name = 'RpcRefused';
  readonly code: number;

  constructor(method: string, code: number, message: string) {
    super(`${method}: ${String(code)} ${message}`);
    this.code = code;
  }
}

const answerLimitMs = 5_000;
type Answer = { result?: unknown; error?: { code: number; message: string } };

/** JSON-RPC over connections that are kept: a new one for each call takes twice as long. Batches are not known to Kamailio. */
export const createRpc = (url: string): { rpc: Rpc; close(): void } => {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  let calls = 0;
  const rpc: Rpc = async (method, parameters = []) => {
    calls += 1;
    const body = JSON.stringify({ jsonrpc: '2.0', id: calls, method, params: parameters });
    const { result, error } = JSON.parse(await exchange(url, agent, body)) as Answer;
    if (error !== undefined) throw new RpcRefused(method, error.code, error.message);
    return result;
  };
  return { rpc, close: () => agent.destroy() };
};

const exchange = (url: string, agent: Agent, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const outgoing = request(url, { method: 'POST', agent, headers, timeout: answerLimitMs }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        if (answer.statusCode === 403) reject(new Error(`${url} does not let us in (403): see its network of agents`));
        else resolve(Buffer.concat(chunks).toString());
      });
    });
    outgoing.on('timeout', () =>
      outgoing.destroy(new Error(`${url} did not answer in ${String(answerLimitMs / 1_000)} s`)),
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
