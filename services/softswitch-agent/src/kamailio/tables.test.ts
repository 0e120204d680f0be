import { commandOf } from '../commands/commands.test-support';
import { writeCommand, writeDifference } from './blocked-table';
import { cutAll, cutCalls } from './cut-calls';
import { allDialogs } from './dialogs';
import type { Dialog } from './dialogs';
import { fakeRpc } from './fake-rpc.test-support';

describe('the table of who is blocked', () => {
  test('a block is written with its sequence and what it means for calls, and an unblock takes it away', async () => {
    const { rpc, blocked } = fakeRpc();
    await writeCommand(rpc, commandOf('acme/inbound#3 block', 'cut-now'));
    expect([...blocked]).toEqual([['acme/inbound', '3:cut-now']]);
    await writeCommand(rpc, commandOf('acme/inbound#4 open'));
    await writeCommand(rpc, commandOf('acme/inbound#4 open'));
    expect([...blocked]).toEqual([]);
  });

  test('a table is made equal by what differs, and never emptied on the way', async () => {
    const { rpc, blocked, calls } = fakeRpc({
      'acme/inbound': '3:let-run',
      'gone/inbound': '1:let-run',
      'old/outbound': '1:cut-now',
    });
    const commands = [
      commandOf('acme/inbound#3 block', 'let-run'),
      commandOf('old/outbound#5 block', 'cut-now'),
      commandOf('new/inbound#1 block'),
      commandOf('gone/inbound#2 open'),
    ];
    await writeDifference(rpc, commands);
    expect(calls.filter((call) => call.startsWith('htable.sets'))).toEqual([
      'htable.sets blocked old/outbound 5:cut-now',
      'htable.sets blocked new/inbound 1:cut-at-grant-end',
    ]);
    expect(Object.fromEntries(blocked)).toEqual({
      'acme/inbound': '3:let-run',
      'old/outbound': '5:cut-now',
      'new/inbound': '1:cut-at-grant-end',
    });
    expect(calls.filter((call) => call.startsWith('htable.delete'))).toEqual(['htable.delete blocked gone/inbound']);
  });
});

describe('calls of an account that is blocked', () => {
  const hasNoLimit = ({ seconds }: Dialog): boolean => seconds === 0;
  const dialogs = () => [
    { entry: 1, state: 4, seconds: 60, profile: 'inbound/acme' },
    { entry: 2, state: 4, seconds: 0, profile: 'inbound/acme' },
    { entry: 3, state: 2, seconds: 0, profile: 'inbound/acme' },
    { entry: 4, state: 4, seconds: 0, profile: 'inbound/globex' },
  ];
  test.each([
    ['let-run', 0, [4, 4, 2, 4]],
    ['cut-at-grant-end', 1, [4, 5, 2, 4]],
    ['cut-now', 2, [5, 5, 2, 4]],
  ] as const)('%s ends %d of them', async (callsInProgress, count, states) => {
    const fake = fakeRpc({}, dialogs());
    expect(await cutCalls(fake.rpc, commandOf('acme/inbound#1 block', callsInProgress), hasNoLimit)).toBe(count);
    expect(fake.dialogs.map(({ state }) => state)).toEqual(states);
  });

  test('one that is answered while the others are ended is ended as well', async () => {
    const fake = fakeRpc(
      {},
      dialogs().map((dialog) => (dialog.entry === 3 ? { ...dialog, answersNext: true } : dialog)),
    );
    expect(await cutCalls(fake.rpc, commandOf('acme/inbound#1 block', 'cut-now'), hasNoLimit)).toBe(3);
  });

  test('an unblock ends none', async () => {
    const fake = fakeRpc({}, dialogs());
    expect(await cutCalls(fake.rpc, commandOf('acme/inbound#2 open'), hasNoLimit)).toBe(0);
  });

  test('one whose limit was taken away since is ended by a block that lets limits run', async () => {
    const fake = fakeRpc({}, dialogs());
    const command = commandOf('acme/inbound#1 block', 'cut-at-grant-end');
    expect(await cutCalls(fake.rpc, command, ({ entry }) => entry === 1)).toBe(1);
    expect(fake.dialogs.map(({ state }) => state)).toEqual([5, 4, 2, 4]);
  });

  test('calls go on no more whose block had been written when the connection was lost', async () => {
    const command = commandOf('acme/inbound#1 block', 'cut-now');
    const fake = fakeRpc({}, dialogs());
    const lost: typeof fake.rpc = (method, parameters) =>
      method === 'dlg.end_dlg' ? Promise.reject(new Error('connection lost')) : fake.rpc(method, parameters);
    await writeCommand(lost, command);
    await expect(cutCalls(lost, command, hasNoLimit)).rejects.toThrow('connection lost');
    await writeDifference(fake.rpc, [command]);
    const callsCut = await cutAll({ rpc: fake.rpc, hasNoLimit }, [command], await allDialogs(fake.rpc));
    expect([...callsCut]).toEqual([['acme/inbound#1 block', 2]]);
    expect(fake.dialogs.map(({ state }) => state)).toEqual([5, 5, 2, 4]);
  });

  test('accounts without calls are asked about once, all together', async () => {
    const fake = fakeRpc({}, dialogs());
    const commands = ['one', 'two', 'globex'].map((name) => commandOf(`${name}/inbound#1 block`, 'cut-now'));
    await cutAll({ rpc: fake.rpc, hasNoLimit }, commands, await allDialogs(fake.rpc));
    expect(fake.calls.filter((call) => call.startsWith('dlg.') && !call.endsWith('globex'))).toEqual([
      'dlg.list',
      'dlg.end_dlg 4 1',
    ]);
  });
});
