/** Commands that show what is there: a reader that has seen enough of it, such as `head`, is no failure. */
const showing: readonly (string | undefined)[] = ['account', 'authorizations', 'export', 'statement', 'watch'];

const cannotTell = 2;

/**
 * Ends the process when standard output takes no more. Where its reader has gone, with what the command came to, if it has come to an
 * end; a command that judges or changes something has told nobody before that. Where it cannot be written, with 2 and why.
 */
export const endWithStandardOutput = (command: string | undefined): void => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    const isLeft = error.code === 'EPIPE';
    if (isLeft && (process.exitCode !== undefined || showing.includes(command))) process.exit();
    const why = isLeft ? 'was closed before the end' : `cannot be written: ${error.message}`;
    process.stderr.write(`tollgate: standard output ${why}\n`);
    process.exit(cannotTell);
  });
};
