import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { beginKeyChange, beginNewOrigin } from '@tollgate/audit';
import { SettingsError, readSettings, settingSources } from '../settings';
import { addBalance } from './audit-balance';
import { auditCutoff } from './audit-cutoff';
import type { CutoffAudit } from './audit-cutoff';
import { addDiff } from './audit-diff';
import { addIds } from './audit-ids';
import { auditServed } from './audit-served';
import { addTrialBalance } from './audit-trial-balance';
import { countOf, runAudit, tellDifferences, withAudited } from './audited-events';
import type { AuditFlags } from './audited-events';
import { say } from './terminal-text';

/** `tollgate audit`: the ledger by another's reckoning. */
export const addAudit = (program: Command): void => {
  const audit = program
    .command('audit')
    .summary('fold the ledger by other means and compare; its trial balance; a new origin or key of checkpoints')
    .description(
      'Checks the ledger with the verifier that auditors use, which shares no code with Tollgate. For checkpoints and proofs see the README, “For auditors”.',
    );
  addCutoff(audit);
  addBalance(audit);
  addTrialBalance(audit);
  addDiff(audit);
  addIds(audit);
  addNewOrigin(audit);
  addRotateKey(audit);
};

const addCutoff = (audit: Command): void => {
  withAudited(
    audit
      .command('cutoff')
      .summary('compare every block and unblock with the fold of another program')
      .description(
        'Folds every event anew with the verifier’s own rules and compares every block and unblock that was recorded: when, why, over which balances, with which figures. Reads an export; or the log, also while Tollgate runs, or a backup with --data; or, with --url, what a Tollgate answers, and who it says is blocked. Changes nothing.',
      ),
  )
    .addHelpText('after', 'What the topic holds of the commands is compared by: tollgate topics check')
    .action((path: string | undefined, flags: AuditFlags) =>
      runAudit(path, flags, { ofLines: auditCutoff, ofServed: auditServed, tell }),
    );
};

const tell = ({ events, edges, blocked, differences }: CutoffAudit): void => {
  tellDifferences(differences.map(({ line, what }) => `event ${String(line)}: ${what}`));
  const seen = `${String(edges)} edges (${String(events)} events)`;
  say(`${countOf(differences)} in ${seen}; blocked now: ${String(blocked.length)}.`);
};

const addNewOrigin = (audit: Command): void => {
  audit
    .command('new-origin')
    .summary('let a log be signed that went another way than what was signed before')
    .description(
      'For a log that was restored from a copy older than the last checkpoint, or whose last checkpoint is lost: the next checkpoints are of a new origin, and each names the last one of the old origin and the reason. With Tollgate stopped. Whoever holds an older checkpoint sees it.',
    )
    .requiredOption('--reason <text>', 'why; stands in every checkpoint from then on')
    .option(keyFlag, keyAbout)
    .action(async ({ reason, signingKey }: { reason: string; signingKey?: string }) => {
      const { origin, size } = await beginNewOrigin(keyPlaceOf({ signingKey }).path, reason);
      const end = size === undefined ? 'is lost' : `was of ${String(size)} events`;
      say(`The next checkpoint begins a new origin; the last one of ${origin} ${end}.`);
    });
};

type KeyFlags = { reason: string; compromisedAfter?: number; nextKey?: string } & KeySettings;
type KeySettings = { signingKey?: string | undefined; signingAgent?: string | undefined };

const addRotateKey = (audit: Command): void => {
  audit
    .command('rotate-key')
    .summary('let another key sign checkpoints from the next start on')
    .description(
      'Makes another key beside the one that signs. At the next start an event in the log says that it follows, signed by the old key; from that event on it signs, and the old one is gone. With Tollgate stopped. Where the old key was stolen, say after how many events its checkpoints do not count any more; the old key then cannot vouch for the new one, and auditors need that from you.',
    )
    .requiredOption('--reason <text>', 'why; stands in the log')
    .option('--compromised-after <events>', 'checkpoints of more events by the old key do not count', sizeIn)
    .option('--next-key <file>', 'the key that follows, where it is not to be made: with an agent, its public half')
    .option(keyFlag, keyAbout)
    .option(agentFlag, agentAbout)
    .action(async ({ signingKey, signingAgent, ...change }: KeyFlags) => {
      await beginKeyChange(keyPlaceOf({ signingKey, signingAgent }), change);
      say('Another key signs from the next start on.');
    });
};

const { flag: keyFlag = '', variable: keyVariable, about } = settingSources.signingKey;
const keyAbout = `${about} (${keyVariable})`;
const { flag: agentFlag = '', variable: agentVariable, about: aboutAgent } = settingSources.signingAgent;
const agentAbout = `${aboutAgent} (${agentVariable})`;

const keyPlaceOf = (given: KeySettings): { path: string; agent: string | undefined } => {
  const { signingKey, signingAgent } = readSettings(given, process.env);
  if (signingKey === undefined) throw new SettingsError(`${keyVariable}: say which key with ${keyFlag}`);
  return { path: signingKey, agent: signingAgent };
};

const sizeIn = (text: string): number => {
  if (!/^(0|[1-9]\d{0,14})$/.test(text)) throw new InvalidArgumentError('It must be a whole number of events.');
  return Number(text);
};
