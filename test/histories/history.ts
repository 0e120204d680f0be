import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { runToEnd } from '../run-to-end';

type Json = null | boolean | number | string | Json[] | { [field: string]: Json };
type Fields = Record<string, Json>;

/** One call, as bytes, and how it was answered; `status` null: the process was killed first. */
export type ToldCall =
  | { method: string; path: string; body: string; status: number; answer: string }
  | { method: string; path: string; body: string; status: null };

/** A command of the event stream: its id, which is its position, and its bytes. */
export type ToldCommand = { id: string; data: string };

/** What a ledger at rest told of all it held; histories by account. */
type Observed = {
  accounts: Fields[];
  histories: Record<string, Fields[]>;
  blocked: Fields[];
  commands: ToldCommand[];
};

/** What clients of a recorded ledger were told. */
export type Told = {
  seed: number;
  /** When the process was killed whose leftover the data folder is. */
  killedAt: string;
  /** How many decisions the kill has kept from the log. */
  missing: number;
  told: ToldCall[];
  /** Before the kills. */
  atRest: Observed;
  /** By the next start of the same code on a copy of the leftover: the decisions that were missing are made then. */
  after: Observed;
  /** What the topics of commands and of rejected messages held after the kill. */
  topics: { topic: string; partition: number; offset: string; key: string; value: string; headers: Fields }[];
  /** Messages that were deleted before they could be read; absent where that was not recorded yet. */
  lost?: { topic: string; partition: number; from: string; to: string; why: string }[];
  /** The public key that signs at the end, and checkpoints: one by the key before it, one by it; absent where nothing was signed. */
  signed?: { key: string; checkpoints: string[] };
  /** How far each relay had stored that it was acknowledged. */
  relays: Record<'traffic-control' | 'rejected', string>;
};

export const readTold = async (name: string): Promise<Told> =>
  JSON.parse(gunzipSync(await readFile(join(__dirname, name, 'told.json.gz'))).toString('utf8')) as Told;

const folders: string[] = [];

/** The recorded data folder, as the kill left it, in a place of its own. */
export const unpack = async (name: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'tollgate-history-'));
  folders.push(folder);
  const { status, stderr } = runToEnd('tar', ['-C', folder, '-xzf', join(__dirname, name, 'data.tar.gz')]);
  if (status !== 0) throw new Error(`tar: ${stderr}`);
  return join(folder, 'data');
};

export const removeUnpacked = async (): Promise<void> => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
};

/** Whether a command was made by the start after the kill: its time is of that start, all else is not. */
export const isMadeAfterKill = ({ killedAt }: Told, { data }: ToldCommand): boolean =>
  (JSON.parse(data) as { decidedAt: string }).decidedAt >= killedAt;
