import { Command, CommanderError } from 'commander';
import { addAccount } from './cli/account';
import { addImport } from './cli/import';
import { addRebuild } from './cli/rebuild';
import { addRedrive } from './cli/redrive';
import { addServe } from './cli/serve';

const program = new Command('tollgate')
  .description('Exact, replayable balance ledger and traffic cutoff for telephony partners.')
  .version('0.1.0')
  .showHelpAfterError()
  .configureHelp({ showGlobalOptions: true });

addServe(program);
addAccount(program);
addImport(program);
addRebuild(program);
addRedrive(program);

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) process.exit(error.exitCode);
  process.stderr.write(`tollgate: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
