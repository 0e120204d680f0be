import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startAppending } from './appending-process.fixture';
import { createFolder, logOf, readAll, removeFolders, withLog } from './log-folder.fixture';

afterEach(removeFolders);

const appends = 5;
const calls = 'openat,fdatasync,fsync,msync,write,pwrite64,writev,pwritev';
const segment = (folder: string): string => join(logOf(folder), '0000000000000001.log');

const hasTracer = spawnSync('strace', ['-V']).error === undefined;
const isRequired = process.env['CI'] !== undefined;
const whereTraced = hasTracer || isRequired ? test : test.skip;

describe('an append', () => {
  whereTraced(
    'is answered only after its group was written through to the disk, by one call (needs strace)',
    async () => {
      const folder = await createFolder();
      const trace = join(folder, 'trace');
      const appending = startAppending(folder, {
        times: appends,
        command: ['strace', '-f', '-y', '-s', '40', '-e', `trace=${calls}`, '-o', trace],
      });
      expect((await appending.ended).errorOutput).toBe('');
      const steps = stepsOf(await readFile(trace, 'utf8'), segment(folder));
      expect(steps).toEqual(Array.from({ length: appends }, () => 'appending written-through appended'));
    },
  );

  test('that the disk has no room for fails with LogUnavailable, leaves the process alive and the log whole', async () => {
    const folder = await createFolder();
    const blocksOf1024Bytes = '100';
    const appending = startAppending(folder, {
      command: ['bash', '-c', `ulimit -f ${blocksOf1024Bytes}; exec "$@"`, 'bash'],
    });
    const { code, signal } = await appending.ended;
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    expect(appending.reports.slice(-2)).toMatchObject([
      { failed: 'LogUnavailable', retriable: true },
      { isAlive: true },
    ]);
    const promised = appending.reports.flatMap(({ events = [] }) => events.map(([eventId]) => eventId));
    expect(promised.length).toBeGreaterThan(0);
    expect((await withLog(logOf(folder), readAll)).map(({ eventId }) => eventId)).toEqual(promised);
  });
});

/** What happened to the segment during each append: `written-through` to the disk, or only `written`; `sync`. */
const stepsOf = (trace: string, file: string): string[] => {
  const writtenThrough = new Set(
    linesOf(trace)
      .filter((line) => line.includes(`"${file}"`) && line.includes('O_DSYNC'))
      .map((line) => /= (\d+)/.exec(line)?.[1]),
  );
  const stepOf = (line: string): string | undefined => {
    if (/write\(1.*appending/.test(line)) return 'appending';
    if (/write\(1.*appended/.test(line)) return 'appended\n';
    const [, call = '', descriptor] = /(\w+)\((\d+)</.exec(line) ?? [];
    if (!line.includes(`<${file}>`) || call === 'openat') return undefined;
    if (call.includes('sync')) return 'sync';
    return writtenThrough.has(descriptor) && /= \d+$/.test(line) ? 'written-through' : 'written';
  };
  const steps = linesOf(trace).map(stepOf);
  const first = steps.indexOf('appending');
  return steps
    .slice(first, steps.lastIndexOf('appended\n') + 1)
    .filter((step) => step !== undefined)
    .join(' ')
    .split('\n')
    .map((text) => text.trim())
    .filter((text) => text !== '');
};

/** One line a call, in the order in which they were done: strace splits a call that others ran into. */
const linesOf = (trace: string): string[] => {
  const begun = new Map<string, string>();
  return trace.split('\n').flatMap((line) => {
    const thread = line.split(' ', 1)[0] ?? '';
    if (line.endsWith(' <unfinished ...>')) {
      begun.set(thread, line.replace(' <unfinished ...>', ''));
      return [];
    }
    const resumed = /<\.\.\. \w+ resumed>(.*)/.exec(line);
    return [resumed === null ? line : `${begun.get(thread) ?? ''}${resumed[1] ?? ''}`];
  });
};
