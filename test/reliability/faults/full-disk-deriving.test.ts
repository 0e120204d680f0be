import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { get, postBatch, post, readAll } from '../../scenarios/support/api';
import { runTollgate, startTollgate } from '../../scenarios/support/tollgate-process';
import type { Tollgate } from '../../scenarios/support/tollgate-process';
import { until } from '../../scenarios/support/until';
import { describeOnSmallDisk, smallDisk } from './small-disk.fixture';
import type { SmallDisk } from './small-disk.fixture';

const accounts = Array.from({ length: 6_000 }, (_, index) => `partner-${String(index)}`);
const rounds = 4;

let disk: SmallDisk;
let tollgate: Tollgate;

const pay = async (round: number): Promise<void> => {
  const lines = accounts.map((accountId) => {
    const paymentId = `p-${String(round)}`;
    return { kind: 'payment', paymentId, accountId, direction: 'inbound', amount: '0.1', currency: 'EUR' };
  });
  const answers = await postBatch(tollgate.url, lines);
  expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
};

const openAll = async (): Promise<void> => {
  for (let from = 0; from < accounts.length; from += 500)
    await Promise.all(
      accounts.slice(from, from + 500).map(async (accountId) => {
        const opening = { accountId, currency: 'EUR', cutoff: { balances: ['inbound'] } };
        expect((await post(tollgate.url, '/v1/accounts', opening)).status).toBe(201);
      }),
    );
};

const untilReady = (): Promise<unknown> =>
  until('it is ready', async () => (await get(tollgate.url, '/readyz')).status === 200, 60_000);

/** What can be read once all of the log has been applied: the position an account is at differs by what was read last. */
const allAccounts = async () => {
  await untilReady();
  return readAll(tollgate.url, '/v1/accounts');
};

describeOnSmallDisk('a disk that becomes full while everything is derived anew', () => {
  beforeAll(async () => {
    disk = smallDisk();
    tollgate = await startTollgate({ data: disk.folder });
    await openAll();
    for (let round = 0; round < rounds; round += 1) await pay(round);
  }, 120_000);

  afterAll(async () => {
    await tollgate.kill();
    disk.release();
  });

  it('keeps nobody waiting: the log is folded in memory, and its snapshot is written once there is room again', async () => {
    const before = await allAccounts();
    await tollgate.stop();
    await rm(join(disk.folder, 'account-table'), { recursive: true });
    disk.fill(process.pid, 1_500 << 10);
    tollgate = await startTollgate({ data: disk.folder });
    expect(await allAccounts()).toEqual(before);
    await tollgate.stop();
    expect(await runTollgate('verify', '--data', disk.folder)).toMatchObject({ code: 0 });
    tollgate = await startTollgate({ data: disk.folder });
    expect(await allAccounts()).toEqual(before);
    disk.grow(tollgate.pid);
    await tollgate.stop();
    const { code, output } = await runTollgate('verify', '--data', disk.folder);
    expect([code, output]).toEqual([0, expect.stringContaining('the snapshot of the account table agrees')]);
  }, 180_000);
});
