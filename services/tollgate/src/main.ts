import { Command, CommanderError } from 'commander';
import { Interrupted } from './cli/interrupted';
import { endWithStandardOutput } from './cli/standard-output';
import { printable } from './cli/terminal-text';
import { SettingsError, refuseMisspelt } from './settings';

const usageFault = 2;

/** Only what is run is loaded: all of it takes as long as most commands do. The order is that of the help. */
const commands: Record<string, () => Promise<(program: Command) => void>> = {
  serve: async () => (await import('./cli/serve.js')).addServe,
  account: async () => (await import('./cli/account.js')).addAccount,
  authorizations: async () => (await import('./cli/authorizations.js')).addAuthorizations,
  import: async () => (await import('./cli/import.js')).addImport,
  watch: async () => (await import('./cli/watch.js')).addWatch,
  verify: async () => (await import('./cli/verify.js')).addVerify,
  statement: async () => (await import('./cli/statement.js')).addStatement,
  audit: async () => (await import('./cli/audit.js')).addAudit,
  export: async () => (await import('./cli/export.js')).addExport,
  backup: async () => (await import('./cli/backup.js')).addBackup,
  restore: async () => (await import('./cli/restore.js')).addRestore,
  'copy-log': async () => (await import('./cli/copy-log.js')).addCopyLog,
  upgrade: async () => (await import('./cli/upgrade.js')).addUpgrade,
  'store-access': async () => (await import('./cli/store-access.js')).addStoreAccess,
  redrive: async () => (await import('./cli/redrive.js')).addRedrive,
  rate: async () => (await import('./cli/rate.js')).addRate,
  topics: async () => (await import('./cli/topics.js')).addTopics,
  reporting: async () => (await import('./cli/reporting.js')).addReporting,
  agent: async () => (await import('./cli/agent.js')).addAgent,
  demo: async () => (await import('./cli/demo.js')).addDemo,
};

const program = new Command('tollgate')
  .description('Exact, replayable balance ledger and traffic cutoff for telephony partners.')
  .version('0.1.0')
  .showHelpAfterError('(add --help for what it takes)')
  .configureHelp({ showGlobalOptions: true })
  .hook('preAction', () => {
    refuseMisspelt(process.env);
  })
  .exitOverride();

/** For help of all, and for what is misspelt, all. */
const named = Object.entries(commands).filter(([name]) => name === process.argv[2]);
const load = async (): Promise<void> => {
  for (const [, add] of named.length > 0 ? named : Object.entries(commands)) (await add())(program);
};

endWithStandardOutput(process.argv[2]);

load()
  .then(() => program.parseAsync())
  .then(() => {
    process.exitCode ??= 0;
  })
  .catch((error: unknown) => {
    // Help that was asked for, or the misspelt, of which it has told.
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : usageFault;
      return;
    }
    const lines = (error instanceof Error ? error.message : String(error)).split('\n');
    process.stderr.write(`tollgate: ${lines.map(printable).join('\n')}\n`);
    if (error instanceof Interrupted) process.exit(error.exitCode);
    process.exit(error instanceof SettingsError ? usageFault : 1);
  });
