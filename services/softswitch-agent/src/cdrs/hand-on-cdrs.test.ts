import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cdr } from '@tollgate/contracts';
import { handOnCdrs } from './hand-on-cdrs';
import { openReadPlaces } from './read-places';

const rowOf = (id: string): string =>
  `1795412125|1795412126|1.2|${id}|call-${id}|acme|vendor|Zoë|44|44|asked|1795412125.7`;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

let folder: string;
let running: ReturnType<typeof handOnCdrs> | undefined;
let published: string[];
let isAway: boolean;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-cdrs-'));
  published = [];
  isAway = false;
});
afterEach(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true });
});

const start = async (): Promise<void> => {
  running = handOnCdrs({
    switchId: 'switch-1',
    folder,
    places: await openReadPlaces(join(folder, 'state'), 'places.json'),
    publish: (cdrs: readonly Cdr[]) => {
      if (isAway) return Promise.reject(new Error('no broker'));
      published.push(...cdrs.map(({ cdrId, durationMs }) => `${cdrId} ${String(durationMs)}`));
      return Promise.resolve();
    },
    logger: silent,
  });
};
const write = (name: string, text: string): void => {
  appendFileSync(join(folder, name), text);
};
const untilPublished = async (...ids: string[]): Promise<void> => {
  for (const deadline = Date.now() + 5_000; published.length < ids.length && Date.now() < deadline;) await delay(10);
  expect(published).toEqual(ids);
};

test('rows are handed on as they come, in each file in their order, and no others', async () => {
  write('cdrs_1.log', `${rowOf('a')}\nno cdr\n${rowOf('b')}\n`);
  write('emergency_1.log', `${rowOf('help')}\n`);
  await start();
  await untilPublished('a 1200', 'b 1200');
  write('cdrs_2.log', `${rowOf('c')}\n`);
  await untilPublished('a 1200', 'b 1200', 'c 1200');
});

test('the row that is being written waits until it is whole', async () => {
  write('cdrs_1.log', `${rowOf('a')}\n${rowOf('b').slice(0, 30)}`);
  await start();
  await untilPublished('a 1200');
  write('cdrs_1.log', `${rowOf('b').slice(30)}\n`);
  await untilPublished('a 1200', 'b 1200');
});

test('a file that is renamed, as rotation does, is read on where it was, and the new one under its name from its start', async () => {
  write('cdrs_1.log', `${rowOf('a')}\n`);
  await start();
  await untilPublished('a 1200');
  renameSync(join(folder, 'cdrs_1.log'), join(folder, 'cdrs_1.log.1'));
  write('cdrs_1.log.1', `${rowOf('b')}\n`);
  await untilPublished('a 1200', 'b 1200');
  write('cdrs_1.log', `${rowOf('c')}\n`);
  await untilPublished('a 1200', 'b 1200', 'c 1200');
});

test('what the brokers do not have waits, and a restart goes on behind what they have', async () => {
  write('cdrs_1.log', `${rowOf('a')}\n`);
  await start();
  await untilPublished('a 1200');
  isAway = true;
  write('cdrs_1.log', `${rowOf('b')}\n`);
  await delay(300);
  expect(running?.isHandingOn()).toBe(false);
  await running?.stop();
  isAway = false;
  // A place that was being written when the agent was killed does not count.
  writeFileSync(join(folder, 'state', 'places.json.written'), '{"');
  await start();
  await untilPublished('a 1200', 'b 1200');
});

test('a second row of a call, as a switch that was killed writes it, does not take the place of the first, wherever it stands', async () => {
  const longer = (id: string): string => rowOf(id).replace('|1.2|', '|300.0|');
  write('cdrs_1.log', `${longer('a')}\n`);
  write('cdrs_2.log', `${rowOf('a')}\n${rowOf('b')}\n`);
  await start();
  await untilPublished('a 1200', 'b 1200');
  write('cdrs_1.log', `${longer('b')}\n${longer('c')}\n`);
  await untilPublished('a 1200', 'b 1200', 'c 300000');
});
