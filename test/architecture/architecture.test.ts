import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { canaryWorkspace } from './canary-workspace';
import dependencyRules from './dependency-cruiser.cjs';

const root = resolve(__dirname, '../..');
const sources = ['packages/*/src', 'services/*/src'];

const run = (tool: string, args: string[], cwd: string): { status: number | null; output: string } => {
  const program = join(root, 'node_modules/.bin', tool);
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  return { status, output: stdout || stderr };
};

const cruise = (folders: string[], type: string, cwd: string) =>
  run('depcruise', ['--config', join(__dirname, 'dependency-cruiser.cjs'), '--output-type', type, ...folders], cwd);

const listedValues = ['--include-entry-exports', '--include', 'exports', '-W', './packages/*', '-W', './services/*'];

describe('this workspace', () => {
  test('keeps the dependency rules', () => {
    expect(cruise([...sources, 'infra', 'test'], 'err', root)).toMatchObject({
      status: 0,
      output: expect.stringContaining('no dependency violations found') as string,
    });
  });

  test.each([
    { what: 'file, export or dependency', args: [] },
    { what: 'value in a public list that nobody imports', args: listedValues },
  ])('has no dead $what', ({ args }) => {
    expect(run('knip', ['--no-config-hints', ...args], root)).toEqual({ status: 0, output: '' });
  });
});

/** Each breaks the rule it names, in a file of its own. */
const breaks = [
  { rule: 'no cycles', from: 'packages/kafka/src/one.ts', imports: './two' },
  { rule: 'resolvable', from: 'services/intake/src/deep.ts', imports: '@tollgate/money/src/amount' },
  { rule: 'money alone', from: 'packages/money/src/disk.ts', imports: 'node:fs' },
  { rule: 'balance on money only', from: 'packages/balance/src/random.ts', imports: 'node:crypto' },
  { rule: 'balance on money only', from: 'packages/balance/src/wire.ts', imports: '@tollgate/contracts' },
  { rule: 'verifier alone', from: 'packages/verify/src/shared.ts', imports: '@tollgate/merkle' },
  { rule: 'packages below services', from: 'packages/kafka/src/upward.ts', imports: '@tollgate/intake' },
  { rule: 'services apart', from: 'services/intake/src/sideways.ts', imports: '@tollgate/query-api' },
  { rule: 'by name only', from: 'packages/account-table/src/path.ts', imports: '../../money/src/index' },
  { rule: 'by name only', from: 'test/scenarios/path.test.ts', imports: '../../packages/money/src/index' },
  { rule: 'index only', from: 'services/intake/src/memory.ts', imports: '@tollgate/event-store/memory' },
  { rule: 'tests on top', from: 'services/intake/src/fixture.ts', imports: './story.fixture' },
  {
    rule: 'tests on top',
    from: 'services/intake/src/cluster-of-tests.ts',
    imports: '@tollgate/eventstore-test-server',
  },
  { rule: 'no development dependencies', from: 'services/intake/src/fuzz.ts', imports: 'fast-check' },
  { rule: 'zod at home', from: 'services/intake/src/schema.ts', imports: 'zod' },
  { rule: 'decimal.js at home', from: 'packages/account-table/src/decimal.ts', imports: 'decimal.js' },
  { rule: 'kafkajs at home', from: 'services/intake/src/broker.ts', imports: 'kafkajs' },
  { rule: 'lmdb at home', from: 'packages/event-store-file/src/pages.ts', imports: 'lmdb' },
  { rule: 'classic-level at home', from: 'services/intake/src/level.ts', imports: 'classic-level' },
  { rule: 'classic-level at home', from: 'packages/account-table/src/level.ts', imports: 'classic-level' },
  { rule: 'files by the folder', from: 'packages/event-store-file/src/files.ts', imports: 'node:fs' },
  { rule: 'files by the folder', from: 'packages/account-table/src/ids/files.ts', imports: 'node:fs/promises' },
  { rule: 'logs behind their port', from: 'services/intake/src/segments.ts', imports: '@tollgate/event-store-file' },
  { rule: 'logs behind their port', from: 'packages/account-table/src/old.ts', imports: '@tollgate/event-store-lmdb' },
  { rule: 'pg at home', from: 'services/query-api/src/sql.ts', imports: 'pg' },
  { rule: 'pg-copy-streams at home', from: 'services/query-api/src/copy.ts', imports: 'pg-copy-streams' },
  { rule: 'kysely at home', from: 'services/tollgate/src/migrations.ts', imports: 'kysely' },
  { rule: '@eventstore/db-client at home', from: 'services/intake/src/cluster.ts', imports: '@eventstore/db-client' },
];

const keeps = [
  { from: 'packages/verify/src/kept.ts', imports: 'decimal.js' },
  { from: 'packages/verify/src/hashing.ts', imports: 'node:crypto' },
  { from: 'packages/balance/src/kept.ts', imports: '@tollgate/money' },
  { from: 'packages/money/src/kept.property.test.ts', imports: 'decimal.js' },
  { from: 'packages/event-store-lmdb/src/kept.ts', imports: 'lmdb' },
  { from: 'packages/event-store-lmdb/src/level-kept.ts', imports: 'classic-level' },
  { from: 'packages/folder/src/kept.ts', imports: 'classic-level' },
  { from: 'packages/folder/src/files.ts', imports: 'node:fs' },
  { from: 'packages/event-store-file/src/kept.test.ts', imports: 'node:fs' },
  { from: 'services/tollgate/src/log.ts', imports: '@tollgate/event-store-file' },
  { from: 'services/intake/src/kept.test.ts', imports: '@tollgate/event-store/memory' },
  { from: 'services/intake/src/kept.ts', imports: '@tollgate/contracts' },
  { from: 'services/reporting/src/kept.ts', imports: 'pg' },
  { from: 'services/tollgate/src/kept.ts', imports: '@tollgate/intake' },
];

type Cruised = { summary: { violations: { rule: { name: string }; from: string }[] } };
type Knipped = { issues: { file: string; files?: object[]; exports?: { name: string }[]; dependencies?: object[] }[] };

describe('a workspace that breaks the rules', () => {
  const imports = [...breaks, ...keeps].map(({ from, imports }) => [from, `import '${imports}';\n`] as const);
  const folder = canaryWorkspace(root, {
    ...Object.fromEntries(imports),
    'packages/kafka/src/two.ts': "import './one';\n",
    'services/intake/src/story.fixture.ts': 'export {};\n',
    'services/intake/src/index.ts': "export { used } from './halves';\n",
    'services/intake/src/halves.ts': 'export const used = 1;\nexport const dead = 2;\n',
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const cruised = JSON.parse(cruise([...sources, 'test'], 'json', folder).output) as Cruised;
  const violations = cruised.summary.violations.map(({ rule, from }) => ({ rule: rule.name, from }));

  test.each(breaks)('is told of $rule: $imports in $from', ({ rule, from }) => {
    expect(violations).toContainEqual({ rule, from });
  });

  test.each(keeps)('may import $imports in $from', ({ from }) => {
    expect(violations.filter((violation) => violation.from === from)).toEqual([]);
  });

  test('is told by every rule there is', () => {
    const rules = dependencyRules.forbidden.map(({ name }) => name);
    expect([...new Set(breaks.map(({ rule }) => rule))].sort()).toEqual(rules.sort());
  });

  const dead = (...args: string[]): Knipped['issues'] =>
    (JSON.parse(run('knip', ['--reporter', 'json', ...args], folder).output) as Knipped).issues;

  test('is told of a dead file, a dead export and a dependency nobody imports', () => {
    expect(dead()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ file: 'services/intake/src/fuzz.ts', files: [expect.anything()] }),
        expect.objectContaining({
          file: 'services/intake/src/halves.ts',
          exports: [expect.objectContaining({ name: 'dead' })],
        }),
        expect.objectContaining({
          file: 'services/intake/package.json',
          dependencies: expect.arrayContaining([expect.objectContaining({ name: 'fastify' })]) as object[],
        }),
      ]),
    );
  });

  test('is told of a value in a public list that nobody imports', () => {
    expect(dead(...listedValues)).toContainEqual(
      expect.objectContaining({
        file: 'services/intake/src/index.ts',
        exports: [expect.objectContaining({ name: 'used' })],
      }),
    );
  });
});
