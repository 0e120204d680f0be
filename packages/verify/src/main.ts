import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Unusable, readCheckpoint, readPublicKey } from './checkpoint';
import type { PublicKey } from './checkpoint';
import type { AccountBalances } from './fold';
import { verifyExport } from './verify-export';
import type { Finding, GivenCheckpoint, Verdict } from './verify-export';

const help = `Usage: tollgate-verify EXPORT [--key KEY] [--checkpoint FILE]... [--balances] [--json]

Checks what "tollgate export" printed, offline: every event against the rules, every balance, every block and unblock; and with
checkpoints, that nothing was changed, left out, put in or moved since they were signed. EXPORT is a file, or - for what comes in.

  --key KEY          the public key: its line, or a file that holds it
  --checkpoint FILE  a signed checkpoint, best one that was kept from earlier and a new one; may be given several times
  --balances         print every balance as the events say it
  --json             print the result as JSON

Ends with 0 if all is as it should be, with 1 if something differs, with 2 if it could not be checked.
`;

const options = {
  key: { type: 'string' },
  checkpoint: { type: 'string', multiple: true },
  balances: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const shownFindings = 20;

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new Unusable(`name one export\n\n${help}`);
  const bytes = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: 1 << 20 });
  const { checkpoint = [], key } = values;
  const { verdict, fold } = await verifyExport({ bytes, ...readProofs(checkpoint, key) });
  const balances = values.balances ? [...fold.accounts()] : undefined;
  if (values.json) process.stdout.write(`${JSON.stringify({ ...verdict, ...(balances && { balances }) })}\n`);
  else describe(verdict, { balances, isSigned: key !== undefined });
  return verdict.findings.length === 0 ? 0 : 1;
};

const readProofs = (names: readonly string[], given: string | undefined) => {
  const checkpoints = names.map((name): GivenCheckpoint => ({ name, checkpoint: named(name, readCheckpoint) }));
  if (given !== undefined && names.length === 0) throw new Unusable('--key: there is no --checkpoint to check with it');
  return { checkpoints, key: given === undefined ? undefined : readKey(given) };
};

const readKey = (given: string): PublicKey => (existsSync(given) ? named(given, readPublicKey) : readPublicKey(given));

const named = <Value>(path: string, read: (text: string) => Value): Value => {
  try {
    return read(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Unusable(`${path}: ${messageOf(error)}`);
  }
};

type Told = { balances: AccountBalances[] | undefined; isSigned: boolean };

const describe = (verdict: Verdict, { balances = [], isSigned }: Told): void => {
  const { lines, root, provenLines, accounts, edges, findings } = verdict;
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  for (const { accountId, currency, balances: of } of balances)
    say(`${accountId} ${currency} inbound ${of.inbound} outbound ${of.outbound} mutual ${of.mutual}`);
  for (const finding of findings.slice(0, shownFindings)) say(`  ${placeOf(finding)}: ${finding.what}`);
  if (findings.length > shownFindings) say(`  and ${String(findings.length - shownFindings)} more`);
  const proof =
    provenLines === 0
      ? 'no checkpoint proves them'
      : `the first ${String(provenLines)} are proven by a checkpoint${isSigned ? '' : ', whose signature was not checked: there is no --key'}`;
  say(`${String(lines)} events of ${String(accounts)} accounts, root ${root}; ${proof}.`);
  say(`${counted(findings.length)} in ${String(lines)} events and ${String(edges)} blocks and unblocks.`);
};

const placeOf = ({ line, checkpoint }: Finding): string =>
  line === undefined ? String(checkpoint) : `line ${String(line)}`;
const counted = (count: number): string => `${String(count)} difference${count === 1 ? '' : 's'}`;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`tollgate-verify: ${messageOf(error)}\n`);
    process.exitCode = 2;
  },
);
