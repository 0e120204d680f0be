import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@tollgate/service-runtime';
import { startLedgerNode } from '../../ledger-node';
import type { LedgerNode } from '../../ledger-node';
import { readSettings } from '../../settings';
import { runCommand, startCommand } from '../command-process.fixture';
import { createClient } from '../tollgate-client';

export type ImportLedger = ReturnType<typeof startFor>;

const startFor = (folder: string, first: LedgerNode) => {
  let node = first;
  const path = (name: string): string => join(folder, name);
  return {
    path,
    url: (): string => node.url,
    client: () => createClient(node.url),
    /** Makes a file; its path. */
    write: async (name: string, content: string | Buffer): Promise<string> => {
      await writeFile(path(name), content);
      return path(name);
    },
    run: (...parameters: string[]) => runCommand([...parameters, '--url', node.url]),
    begin: (...parameters: string[]) => startCommand([...parameters, '--url', node.url]),
    history: async (): Promise<Item[]> => {
      const answer = await fetch(`${node.url}/v1/accounts/acme/history?after=0&limit=1000`);
      return ((await answer.json()) as { items: Item[] }).items;
    },
    stop: () => node.stop(),
    startAgain: async (): Promise<void> => {
      node = await startNode(folder, new URL(node.url).port);
    },
    end: async (): Promise<void> => {
      await node.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

type Item = { type: string; data: Record<string, unknown>; by: { claimed: { file: string; line: number } } };

const startNode = (folder: string, port: string): Promise<LedgerNode> =>
  startLedgerNode(readSettings({ data: join(folder, 'data'), port }, {}), createLog('silent'));

/** A ledger of its own with the account acme, and a folder for files to import. */
export const startImportLedger = async (): Promise<ImportLedger> => {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-import-'));
  const ledger = startFor(folder, await startNode(folder, '0'));
  await ledger.client().openAccount({ accountId: 'acme', currency: 'EUR', cutoff: { balances: ['inbound'] } });
  return ledger;
};
