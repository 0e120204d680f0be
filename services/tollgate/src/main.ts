import { Command } from 'commander';
import { addAccount } from './cli/account';
import { addBackup } from './cli/backup';
import { addDemo } from './cli/demo';
import { addExport } from './cli/export';
import { addImport } from './cli/import';
import { addRedrive } from './cli/redrive';
import { addReporting } from './cli/reporting';
import { addRestore } from './cli/restore';
import { addServe } from './cli/serve';
import { addTopics } from './cli/topics';
import { addUpgrade } from './cli/upgrade';
import { addVerify } from './cli/verify';
import { addWatch } from './cli/watch';
import { printable } from './cli/terminal-text';
import { SettingsError, refuseMisspelt } from './settings';

const usageFault = 2;

const program = new Command('tollgate')
  .description('Exact, replayable balance ledger and traffic cutoff for telephony partners.')
  .version('0.1.0')
  .showHelpAfterError('(add --help for what it takes)')
  .configureHelp({ showGlobalOptions: true })
  .hook('preAction', () => {
    refuseMisspelt(process.env);
  })
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : usageFault));

addServe(program);
addAccount(program);
addImport(program);
addWatch(program);
addVerify(program);
addExport(program);
addBackup(program);
addRestore(program);
addUpgrade(program);
addRedrive(program);
addTopics(program);
addReporting(program);
addDemo(program);

// A reader of our output that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

program.parseAsync().catch((error: unknown) => {
  const lines = (error instanceof Error ? error.message : String(error)).split('\n');
  process.stderr.write(`tollgate: ${lines.map(printable).join('\n')}\n`);
  process.exit(error instanceof SettingsError ? usageFault : 1);
});
