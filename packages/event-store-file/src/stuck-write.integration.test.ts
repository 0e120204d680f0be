import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createFolder, logOf, readAll, removeFolders, withLog } from './log-folder.fixture';

afterEach(removeFolders);

const hasTracer = spawnSync('strace', ['-V']).error === undefined;
const isRequired = process.env['CI'] !== undefined;
const whereTraced = hasTracer || isRequired ? test : test.skip;

type Report = { appended?: string; unknown?: string; refused?: string; ended?: string };

/** The disk takes no byte more, and lets go of none. */
const failWrites = 'inject=pwrite64,ftruncate:error=EIO:when=1+';
const failTraced = ['-f', '-qq', '-o', '/dev/null', '-e', failWrites];

whereTraced(
  'where a write fails and cannot be undone its outcome is unknown, later ones are refused and whoever follows ends (needs strace)',
  async () => {
    const folder = await createFolder();
    const child = spawn(process.execPath, [join(__dirname, 'append-until-stuck.fixture.js'), folder], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const reports: Report[] = [];
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => reports.push(JSON.parse(line) as Report));
    while (reports.length < 3) await once(lines, 'line');
    const tracer = spawn('strace', [...failTraced, '-p', String(child.pid)], { stdio: 'inherit' });
    const limit = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await Promise.all([once(child, 'close'), once(tracer, 'close')]);
    clearTimeout(limit);

    const acknowledged = reports.flatMap(({ appended }) => appended ?? []);
    expect(reports.flatMap(({ unknown }) => unknown ?? [])).toEqual([`e${String(acknowledged.length)}`]);
    expect(reports.flatMap(({ refused }) => refused ?? [])).toEqual([
      expect.stringMatching(/^LogUnavailable: what was written last in .* is not known .*: start again$/),
    ]);
    expect(reports.flatMap(({ ended }) => ended ?? [])).toEqual([
      expect.stringMatching(/^LogStuck: what was written last in .* is not known .*: start again$/),
    ]);
    const inLog = (await withLog(logOf(folder), readAll)).map(({ eventId }) => eventId);
    expect(inLog).toEqual(acknowledged);
  },
);
