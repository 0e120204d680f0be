import { createReadStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { Unusable } from './checkpoint';
import { messageOf, readProofs } from './given';
import { printable } from './printable';
import { proofReportOf, reportOf } from './report';
import { verifyExport } from './verify-export';
import type { Finding, Proofs } from './finding';
import { verifyConsistency, verifyInclusion } from './verify-proof';
import { verifyTiles } from './verify-tiles';

const help = `Usage: tollgate-verify EXPORT [--key KEY]... [--checkpoint FILE]... [--witness KEY]... [--balances] [--json]
       tollgate-verify LINE --inclusion PROOF --checkpoint FILE [--key KEY]... [--witness KEY]... [--json]
       tollgate-verify --consistency PROOF --checkpoint OLD --checkpoint NEW [--key KEY]... [--witness KEY]... [--json]
       tollgate-verify --tiles FOLDER --checkpoint FILE... [--key KEY]... [--witness KEY]... [--json]

Checks what "tollgate export" printed, offline: every event against the rules, every balance, every block and unblock; and with
checkpoints, that nothing was changed, left out, put in or moved since they were signed. EXPORT is a file, or - for what comes in.
Without an export it checks that one line of it, in a file, is among those that were signed, or that a checkpoint continues another,
or that the hashes in tiles are those that were signed.

  --key KEY             a public key: its line, or a file that holds it; more of them where one was replaced after it was stolen
  --checkpoint FILE     a signed checkpoint, best one that was kept from earlier and a new one; may be given several times
  --witness KEY         the public key of a witness, who must have cosigned the newest of the checkpoints; its line, or a file
  --inclusion PROOF     what /v1/proofs/inclusion answered, in a file
  --consistency PROOF   what /v1/proofs/consistency answered, in a file
  --tiles FOLDER        tiles of hashes as /v1/tile/ has them, a folder for each level: 0/000, 0/x001/234, 0/001.p/17
  --balances            print every balance as the events say it
  --json                print the result as JSON

Ends with 0 if all is as it should be, with 1 if something differs, with 2 if it could not be checked.
`;

const options = {
  key: { type: 'string', multiple: true },
  witness: { type: 'string', multiple: true },
  checkpoint: { type: 'string', multiple: true },
  inclusion: { type: 'string' },
  consistency: { type: 'string' },
  tiles: { type: 'string' },
  balances: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (!values.help) return check(positionals, values);
  process.stdout.write(help);
  return 0;
};

const check = async ([path, ...more]: readonly string[], values: Values): Promise<number> => {
  const given = readProofs({ checkpoint: values.checkpoint, key: values.key, witness: values.witness });
  if (more.length > 0) throw new Unusable(`name one file\n\n${help}`);
  const findings = proofFindings(path, values, given);
  if (findings !== undefined) {
    const isSigned = given.keys.length > 0;
    return tell(findings, values.json ? { findings } : proofReportOf(findings, { isSigned }));
  }
  if (path === undefined) throw new Unusable(`name one file\n\n${help}`);
  return checkExport(path, values, given);
};

const checkExport = async (path: string, values: Values, given: Proofs): Promise<number> => {
  const bytes = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1 << 20 });
  const { verdict, fold } = await verifyExport({ bytes, ...given });
  const balances = values.balances ? [...fold.accounts()] : undefined;
  return tell(
    verdict.findings,
    values.json
      ? { ...verdict, ...(balances && { balances }) }
      : reportOf(verdict, { balances, isSigned: given.keys.length > 0 }),
  );
};

/** What is wrong with what a single proof proves; absent where there is none. */
const proofFindings = (path: string | undefined, values: Values, given: Proofs): Finding[] | undefined => {
  const { inclusion, consistency, tiles } = values;
  if (tiles !== undefined) {
    if (path !== undefined)
      throw new Unusable('--tiles takes no export: it is hashes that are checked, without events');
    return verifyTiles(tiles, given);
  }
  if (consistency !== undefined) {
    if (path !== undefined) throw new Unusable('--consistency takes no export: two checkpoints and a proof say it all');
    return verifyConsistency(consistency, given);
  }
  return inclusion === undefined || path === undefined ? undefined : verifyInclusion(path, inclusion, given);
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
    const message = messageOf(error).split('\n').map(printable).join('\n');
    process.stderr.write(`tollgate-verify: ${message}\n`);
    process.exitCode = 2;
  },
);
