import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createFolder, readAll, removeFolders, withLog } from './log-folder.fixture';

afterEach(removeFolders);

const hasTracer = spawnSync('strace', ['-V']).error === undefined;
const isRequired = process.env['CI'] !== undefined;
const whereTraced = hasTracer || isRequired ? test : test.skip;

type Report = { appended?: string; refused?: string; ended?: string };

/** In each thread of LMDB the first such write is of records, the second says what is committed. */
const failCommits = ['-f', '-qq', '-o', '/dev/null', '-e', 'inject=pwrite64:error=ENOSPC:when=2'];

whereTraced(
  'where LMDB gives up on a commit, that append and later ones are refused and whoever follows the log ends (needs strace)',
  async () => {
    const folder = await createFolder();
    const child = spawn(process.execPath, [join(__dirname, 'append-until-stuck.fixture.js'), folder], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const reports: Report[] = [];
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => reports.push(JSON.parse(line) as Report));
    while (reports.length < 3) await once(lines, 'line');
    const tracer = spawn('strace', [...failCommits, '-p', String(child.pid)], { stdio: 'inherit' });
    const limit = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await Promise.all([once(child, 'close'), once(tracer, 'close')]);
    clearTimeout(limit);

    const [first, ...later] = reports.flatMap(({ refused }) => refused ?? []);
    expect(first).toMatch(/^LogUnavailable: the log in .* cannot be written: No space left on device$/);
    expect(later).toEqual([
      expect.stringMatching(/^LogUnavailable: .* does nothing more in this process: start again$/),
    ]);
    expect(reports.flatMap(({ ended }) => ended ?? [])).toEqual([
      expect.stringMatching(/^LogStuck: LMDB could not note in .*$/),
    ]);
    const acknowledged = reports.flatMap(({ appended }) => appended ?? []);
    const inLog = (await withLog(folder, readAll)).map(({ eventId }) => eventId);
    expect(inLog).toEqual(acknowledged);
  },
);
