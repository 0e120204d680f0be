import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scenarios/support/readme';
import { spawnProgram } from '../scenarios/support/tollgate-process';
import { until } from '../scenarios/support/until';
import { missingSwitch } from './support/chain';

const withSwitch = missingSwitch() === undefined || process.env['CI'] === 'true' ? describe : describe.skip;

const playDemo = () => {
  const mark = randomUUID();
  return { mark, ...spawnProgram(join(root, 'infra/demo/calls.js'), [], { DEMO_MARK: mark }) };
};

/** Processes that the one with this mark has started, and theirs. */
const leftOf = (mark: string): string[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const isMarked = readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`DEMO_MARK=${mark}`);
        return isMarked ? [readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')] : [];
      } catch {
        return [];
      }
    });

withSwitch('npm run demo:calls', () => {
  test('shows a partner who is refused, pays, is cut, is refused, pays and is admitted; nothing is left running', async () => {
    const { mark, exited, output } = playDemo();
    expect([(await exited).code, output()]).toEqual([0, expect.any(String)]);
    const refused = "Kamailio  refuses a call of acme's: 402 Q.850;cause=21";
    const story = [
      ...['Tollgate  BlockTraffic acme/inbound, number 1', refused],
      ...['finance   acme has paid 0.08 EUR', 'Tollgate  UnblockTraffic', 'acme      calls 441234: it is answered'],
      ...['Tollgate  has granted 7 seconds, and holds 0.08 EUR', 'Kamailio  cuts the call after', 'rater     its CDR'],
      ...[refused, 'acme      calls 112: it is answered', 'acme      hangs up after 1.'],
      ...['finance   acme has paid 1 EUR', 'acme      calls 441234: it is answered', 'acme      hangs up after 3.'],
      ...['rater     its CDR', 'Nothing is left running.'],
    ];
    let at = 0;
    for (const line of story) {
      const found = output().indexOf(line, at);
      expect([line, found >= 0, output()]).toEqual([line, true, expect.any(String)]);
      at = found + line.length;
    }
    expect(leftOf(mark)).toEqual([]);
  }, 120_000);

  test('Ctrl-C in the middle of a call ends everything', async () => {
    const { mark, child, exited, output } = playDemo();
    await until('a call is answered', () => output().includes('it is answered'), 60_000);
    expect(leftOf(mark).length).toBeGreaterThan(5);
    child.kill('SIGINT');
    await exited;
    expect(output()).toContain('Ended; nothing is left running.');
    expect(leftOf(mark)).toEqual([]);
  }, 120_000);
});
