import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './until';

/** A terminal of its own, whose keyboard is standard input and whose screen is standard output. Says the process id first. */
const python = `
import os, pty, select, sys
pid, terminal = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
print(pid, file=sys.stderr, flush=True)
sources = [terminal, 0]
while True:
    ready, _, _ = select.select(sources, [], [])
    if 0 in ready:
        typed = os.read(0, 4096)
        if typed: os.write(terminal, typed)
        else: sources.remove(0)
    if terminal in ready:
        try: shown = os.read(terminal, 65536)
        except OSError: break
        if not shown: break
        os.write(1, shown)
sys.exit(os.waitpid(pid, 0)[1] != 0)
`;

export type Terminal = {
  /** What was shown, lines ended by line feeds. */
  screen(): string;
  /** Resolves with what the pattern matches of the screen. */
  untilShown(pattern: RegExp, timeoutMs?: number): Promise<RegExpExecArray>;
  pressCtrlC(): void;
  /** Sends a signal to the command alone, as a supervisor does. */
  signal(signal: NodeJS.Signals): void;
  /** Whether the command ended with 0. */
  ended: Promise<boolean>;
  close(): void;
};

/** Runs a command in a pseudo-terminal, as a person does. */
export const runInTerminal = async (
  command: readonly string[],
  { cwd, env }: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<Terminal> => {
  const child = spawn('python3', ['-c', python, ...command], { cwd, env, stdio: 'pipe' });
  let shown = '';
  let pid = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (pid += text));
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close').then(([code]) => code === 0);
  await until('the command runs', () => pid.includes('\n'));
  const screen = (): string => shown.replaceAll('\r\n', '\n');
  return {
    screen,
    untilShown: (pattern, timeoutMs) =>
      until(`the terminal shows ${pattern.source}`, () => pattern.exec(screen()) ?? undefined, timeoutMs),
    pressCtrlC: () => void child.stdin.write('\u0003'),
    signal: (signal) => {
      process.kill(Number(pid), signal);
    },
    ended,
    close: () => {
      child.kill('SIGKILL');
    },
  };
};
