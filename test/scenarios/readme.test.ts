import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPrepaid, post } from './support/api';
import { readme, root, section, shellBlocks } from './support/readme';
import { createDataFolder, runTollgate, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';

const scripts = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> })
  .scripts;

/** Streams have no end: an example that follows one is cut off after a moment. */
const streamSeconds = 6;

const runExample = (block: string, { url }: Pick<Tollgate, 'url'>, folder: string) => {
  const tollgate = `node ${join(root, 'services/tollgate/bin/tollgate.js')}`;
  const script = block
    .replaceAll('localhost:8400', url.replace('http://', ''))
    .replaceAll('curl -sN', `curl --max-time ${String(streamSeconds)} -sN`)
    .replaceAll('npx tollgate watch', `timeout ${String(streamSeconds)} ${tollgate} watch`)
    .replaceAll('npx tollgate', tollgate);
  const { stdout, stderr } = spawnSync('bash', ['-c', script], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, TOLLGATE_URL: url },
  });
  return stdout + stderr;
};

describe('the five minutes of the README', () => {
  test('every example does what the text around it says', async () => {
    const tollgate = await startTollgate({ data: await createDataFolder() });
    const folder = mkdtempSync(join(tmpdir(), 'tollgate-readme-'));
    const outputs = shellBlocks(section('## Five minutes', '### With Kafka')).map((block) =>
      runExample(block, tollgate, folder),
    );
    const [opened, recorded, shown, streamed, cli, imported, mended, last] = outputs;
    expect(opened).toContain('{"accountId":"acme","duplicate":false,"revision":0');
    expect(recorded).toContain('"id":"p-1","duplicate":false');
    expect(recorded).toContain('"id":"cdr-1","duplicate":false');
    expect(shown).toContain('"balances":{"inbound":"-0.5","outbound":"0","mutual":"0.5"}');
    expect(shown).toContain('"direction":"inbound"');
    const commands = [...(streamed ?? '').matchAll(/"type":"(\w+)"/g)].map(([, type]) => type);
    expect(commands.slice(0, 1)).toEqual(['BlockTraffic']);
    expect(commands).toEqual(expect.arrayContaining(['UnblockTraffic']));
    expect(cli).toContain('acme');
    expect(cli).toContain('BLOCK');
    expect(imported).toMatch(/2 recorded/);
    expect(runExample('npx tollgate import calls.csv', tollgate, folder)).toMatch(/2 duplicates/);
    expect(mended).toContain('1 recorded, 0 duplicates, 1 rejected\nline 3: INVALID_REQUEST amount: ');
    expect(mended).toContain('{"line":3,"code":"INVALID_REQUEST","detail":"amount: ');
    expect(mended).toContain('\n1 recorded, 0 duplicates, 0 rejected\n');
    expect(last).toMatch(/^0 recorded, .*\nline 2 was held back[^]*\n1 recorded, 0 duplicates, 0 rejected\n/m);
    const [past, statement] = shellBlocks(section('### For auditors', '## The rules'));
    expect(runExample(past ?? '', tollgate, folder)).toMatch(
      /"asOf":\{"occurredBefore":"2126[^]*\ninbound +100 [^]*up to position 3\n[^]*\nglobex /,
    );
    expect(runExample(statement ?? '', tollgate, folder)).toMatch(
      /^Statement of Acme Telecom \(acme\), in EUR\nStatement 2026-01, closed [^]*\nclosed,2026-01,opening,acme,EUR,inbound,[^]*"items":\[\{"accountId":"acme","statementId":"2026-01"/,
    );
    expect(readFileSync(join(folder, 'acme.html'), 'utf8')).toContain('DRAFT, not closed');
    const [acknowledgement = ''] = shellBlocks(section('## Switches that answer', '## Configuration'));
    expect(runExample(acknowledgement, tollgate, folder)).toContain('"switchId":"edge-1","duplicate":false');
    await tollgate.stop();
    rmSync(folder, { recursive: true });
  });

  test('the example of rating checks decks and says why a call costs what it costs', async () => {
    const folder = await createDataFolder();
    const [block = ''] = shellBlocks(section('## Rating calls', '## Configuration'));
    const output = runExample(block, { url: 'http://127.0.0.1:1' }, folder);
    expect(output).toContain('decks/retail.csv: 1 prefixes, 0 errors, 0 warnings');
    expect(output).toContain('inbound, acme: 0.31 EUR as sbc1-7/in');
    expect(output).toContain('31 s begun count as 36 s: 36 / 60 × 0.2 + 0.01 = 0.13');
  });

  test('the examples of numbers that can be forgotten list keys and destroy those of an account and a time', async () => {
    const [folder, data] = [await createDataFolder(), await createDataFolder()];
    mkdirSync(join(folder, 'ledger'));
    const keys = join(folder, 'number-keys');
    const tollgate = await startTollgate({ data, flags: ['--number-keys', keys] });
    await openPrepaid(tollgate.url, ['acme']);
    const call = { usageId: 'u', accountId: 'acme', direction: 'inbound', amount: '1', currency: 'EUR' };
    await post(tollgate.url, '/v1/usage', { ...call, callee: '+441234567' });
    const [block = ''] = shellBlocks(section('### Numbers that can be forgotten', '## The rules'));
    const ran = (text: string): string => runExample(text, tollgate, join(folder, 'ledger'));
    expect(ran(block)).toMatch(/^month +account[^]*\n\d{4}-\d\d +acme [^]*Nothing to destroy .*: no key fits\.\n$/);
    const said = ran(block.replace('2026-08', '2999-01'));
    expect(said).toMatch(/Would destroy 1 key of account acme in .*Nothing was changed/);
    expect(ran(block.replace('2026-08', '2999-01 --yes'))).toContain('Destroyed 1 key of account acme in ');
    expect(ran(block)).toContain('retention of six months');
    await tollgate.stop();
  });

  test('every npm script it names exists', () => {
    const named = [...readme.matchAll(/npm (?:run )?(start|test|run [\w:-]+|(?<=npm run )[\w:-]+)/g)].map(([text]) =>
      text.replace(/^npm (run )?/, ''),
    );
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  test('the configuration table has every setting of the program, and no other', async () => {
    const { output } = await runTollgate('serve', '--help');
    const inHelp = new Set(
      output.match(/\b(?:TOLLGATE|KAFKA|EVENTSTORE|DATABASE|AUTHORIZE|ACKNOWLEDGE)_[A-Z_]+|\bSWITCHES\b/g),
    );
    const inTable = [...section('## Configuration', '## Operations').matchAll(/^\| `([A-Z_]+)`/gm)].map(
      ([, name]) => name,
    );
    expect([...inTable].sort()).toEqual([...inHelp].sort());
    const flags = [...section('## Configuration', '## Operations').matchAll(/\| `(--[\w-]+)/g)].map(([, flag]) => flag);
    for (const flag of flags) expect(output).toContain(flag);
  });
});
