import { get, openPrepaid, post, send } from './support/api';
import type { Fields, JsonAnswer } from './support/api';
import { openCommandStream } from './support/command-stream';
import type { Command } from './support/command-stream';
import { newStoreLedger } from './support/set-ups';
import { createDataFolder, runTollgate, startTollgate } from './support/tollgate-process';
import type { Tollgate } from './support/tollgate-process';
import { until } from './support/until';

const appliedAt = '2026-01-31T12:00:00.180Z';

const acknowledge = (
  url: string,
  { commandId, accountId, sequence }: Command,
  fields: Fields = {},
): Promise<JsonAnswer> =>
  post(url, '/v1/acknowledgements', {
    ...{ commandId, accountId, sequence, switchId: 'edge-1', appliedAt, callsCut: 3, result: 'applied' },
    ...fields,
  });

const shown = async (url: string): Promise<unknown> => {
  const { body } = await get(url, '/v1/traffic-control');
  return (body['items'] as Fields[]).map(({ acknowledgements, pending }) => [acknowledgements, pending]);
};

const unacknowledged = async (url: string): Promise<string[]> => {
  const { text } = await send(url, { method: 'GET', path: '/metrics' });
  return text.match(/^tollgate_unacknowledged_commands\{.*$/gm) ?? [];
};

const blockOf = async (url: string): Promise<Command> => {
  const stream = await openCommandStream(url, { path: '/v1/traffic-control?from=start' });
  const [command] = await stream.untilOf('acme', 1);
  stream.close();
  if (command === undefined) throw new Error('acme was given no command');
  return command;
};

describe.each([
  ['embedded', () => Promise.resolve({})],
  ['EventStoreDB', newStoreLedger],
] as const)('%s', (_name, newLedger) => {
  test('what switches tell of a command is durable, shown, and missed where it does not come', async () => {
    const [data, ledger] = await Promise.all([createDataFolder(), newLedger()]);
    const environment = { ...ledger, SWITCHES: 'edge-1,edge-2', ACKNOWLEDGE_WITHIN_MS: '1' };
    const before = await startTollgate({ data, environment });
    await openPrepaid(before.url, ['acme']);
    const command = await blockOf(before.url);
    const first = await acknowledge(before.url, command);
    expect([first.status, first.body]).toMatchObject([201, { switchId: 'edge-1', duplicate: false, revision: 0 }]);
    await before.kill();
    const { url, output, stop } = await startTollgate({ data, environment });
    const again = await acknowledge(url, command, { appliedAt: '2026-01-31T12:01:00Z', callsCut: 0 });
    expect([again.status, again.body]).toEqual([200, { ...first.body, duplicate: true }]);
    const edge1 = { switchId: 'edge-1', appliedAt, callsCut: 3, result: 'applied' };
    expect(await shown(url)).toEqual([[[edge1], ['edge-2']]]);
    await until('edge-2 is late', () => output().includes('a switch has not applied a command in time'));
    expect(await unacknowledged(url)).toEqual([
      'tollgate_unacknowledged_commands{switch="edge-1"} 0',
      'tollgate_unacknowledged_commands{switch="edge-2"} 1',
    ]);
    const failed = { switchId: 'edge-2', callsCut: 0, result: 'failed', detail: 'no answer' };
    expect((await acknowledge(url, command, failed)).status).toBe(201);
    expect(await shown(url)).toEqual([[[edge1, { ...failed, appliedAt }], ['edge-2']]]);
    expect((await acknowledge(url, command, { switchId: 'edge-2', result: 'stale' })).status).toBe(201);
    await until('edge-2 is on time', () => output().includes('the switch has applied every command that was due'));
    expect(output().match(/a switch has not applied/g)).toHaveLength(1);
    await stop();
  });
});

describe('what no switch can have been told', () => {
  let tollgate: Tollgate;
  let command: Command;
  beforeAll(async () => {
    tollgate = await startTollgate({ data: await createDataFolder() });
    await openPrepaid(tollgate.url, ['acme']);
    command = await blockOf(tollgate.url);
  });
  afterAll(() => tollgate.kill());

  test.each<[string, Fields]>([
    ['another sequence', { sequence: 2 }],
    ['another account', { accountId: 'other' }],
    ['another id', { commandId: 'b7d9c1de-4c58-5b1d-9f5e-1f0f3a1f7f10' }],
  ])('%s is refused with COMMAND_NOT_FOUND', async (_what, fields) => {
    const { status, body } = await acknowledge(tollgate.url, command, fields);
    expect([status, body['code']]).toEqual([404, 'COMMAND_NOT_FOUND']);
    expect(await shown(tollgate.url)).toEqual([[undefined, undefined]]);
  });

  test.each<[string, Fields, string]>([
    ['a switch that cannot be one', { switchId: '-edge' }, 'switchId: '],
    ['no result', { result: 'perhaps' }, 'result: '],
    ['less than no call', { callsCut: -1 }, 'callsCut: '],
  ])('%s is refused with its field', async (_what, fields, detail) => {
    const { status, body } = await acknowledge(tollgate.url, command, fields);
    expect([status, body['code'], body['detail']]).toEqual([400, 'INVALID_REQUEST', expect.stringContaining(detail)]);
  });
});

test('nobody speaks for a switch from beyond the machine, and SWITCHES are ids', async () => {
  const wide = await startTollgate({ data: await createDataFolder(), flags: ['--host', '0.0.0.0'] });
  const url = `http://127.0.0.1:${new URL(wide.url).port}`;
  const { status, body } = await post(url, '/v1/acknowledgements', {});
  expect([status, body['code']]).toEqual([403, 'ACKNOWLEDGEMENTS_NOT_SERVED']);
  await wide.kill();
  const { code, output } = await runTollgate('serve', '--port', '0', '--switches', 'edge-1,-edge');
  expect([code, output]).toEqual([2, expect.stringContaining('SWITCHES (--switches <list>): must be ids of switches')]);
});
