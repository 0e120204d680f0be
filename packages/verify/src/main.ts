import { createReadStream } from 'node:fs';
import { help, readArguments } from './arguments';
import type { Values } from './arguments';
import { Unusable } from './checkpoint';
import type { Finding, Proofs } from './finding';
import { messageOf, readFrom, readProofs } from './given';
import { printable } from './printable';
import { proofReportOf, reportOf } from './report';
import { readStated, statedFaults } from './stated';
import { verifyExport } from './verify-export';
import { verifyConsistency, verifyInclusion } from './verify-proof';
import type { Proven } from './verify-proof';
import { leavesIn, verifyTiles } from './verify-tiles';

const main = async (): Promise<number> => {
  const { path, values } = readArguments(process.argv.slice(2));
  if (!values.help) return check(path, values);
  process.stdout.write(help);
  return 0;
};

const check = async (path: string | undefined, values: Values): Promise<number> => {
  const given = readProofs({ checkpoint: values.checkpoint, key: values.key, witness: values.witness });
  const proven = provenWithout(path, values, given);
  if (proven === undefined) return checkExport(String(path), values, given);
  const { findings, notes } = proven;
  return tell(findings, values.json ? { findings, notes } : proofReportOf(proven, given));
};

const checkExport = async (path: string, values: Values, given: Proofs): Promise<number> => {
  const { tiles, statement = [] } = values;
  const stated = statement.map((file) => ({ file, stated: readFrom(file, readStated) }));
  const ofTiles = tiles === undefined ? [] : verifyTiles(tiles, given).findings;
  const largest = Math.max(0, ...given.checkpoints.map(({ checkpoint }) => checkpoint.size));
  const leaves = tiles === undefined || ofTiles.length > 0 ? [] : leavesIn(tiles, largest);
  const { verdict, fold } = await readExport(path, { ...given, leaves });
  const accounts = [...fold.accounts()];
  const ofStatements = stated.flatMap(({ file, stated: told }) =>
    statedFaults(told, accounts).map((what): Finding => ({ file, what })),
  );
  const findings = [...verdict.findings, ...ofTiles.filter(isNew(verdict.findings)), ...ofStatements];
  const whole = { ...verdict, findings };
  return tell(
    findings,
    values.json
      ? { ...whole, ...(values.balances && { balances: accounts }) }
      : reportOf(whole, values.balances ? accounts : [], given),
  );
};

const isNew =
  (findings: readonly Finding[]) =>
  ({ checkpoint, what }: Finding): boolean =>
    !findings.some((found) => found.checkpoint === checkpoint && found.what === what);

/** What is wrong with the file is said with its name. */
const readExport = async (path: string, given: Proofs & { leaves: Buffer[] }) => {
  const bytes = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1 << 20 });
  try {
    return await verifyExport({ bytes, ...given });
  } catch (error) {
    throw new Unusable(`${path === '-' ? 'standard input' : path}: ${messageOf(error)}`);
  }
};

/** What is proven without an export; absent where there is one. */
const provenWithout = (path: string | undefined, values: Values, given: Proofs): Proven | undefined => {
  const { inclusion, consistency, tiles } = values;
  if (consistency !== undefined) return verifyConsistency(consistency, given);
  if (path === undefined) return verifyTiles(String(tiles), given);
  return inclusion === undefined ? undefined : verifyInclusion(path, inclusion, given);
};

/** As lines, or as JSON where it is none. */
const tell = (findings: readonly Finding[], result: readonly string[] | object): number => {
  const lines = Array.isArray(result) ? result.map((line) => printable(String(line))) : [JSON.stringify(result)];
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return findings.length === 0 ? 0 : 1;
};

/** Who reads no further has what he wants; what cannot be written is no verdict. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  process.stderr.write(`tollgate-verify: ${messageOf(error)}\n`);
  process.exitCode = 2;
});

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`tollgate-verify: ${printable(messageOf(error))}\n`);
    process.exitCode = 2;
  },
);
